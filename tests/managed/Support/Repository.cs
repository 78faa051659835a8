namespace MailModule.Tests.Support;

/// <summary>The tree that the tests were built from, for those that read sources and documents.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    public static string In(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>C# files below a folder, without what a build makes.</summary>
    public static IEnumerable<string> CSharpFiles(string folder)
        => Directory.EnumerateFiles(In(folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
            .Order(StringComparer.Ordinal);

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "MailModule.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("MailModule.sln was not found above the tests");
    }
}
