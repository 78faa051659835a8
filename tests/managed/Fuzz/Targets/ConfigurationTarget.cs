using System.Text;
using MailModule.Primitives.Config;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Configuration files that include one another (files are divided by form feeds, the second is named 1, and so on):
/// values or an error with a line that is there; written with quotes and read again, the values are the same.
/// </summary>
internal static class ConfigurationTarget
{
    private const string Main = "/c/main.cfg";

    public static void Check(byte[] input)
    {
        byte[][] files = [.. Encoding.Latin1.GetString(input).Split('\f').Select(Encoding.Latin1.GetBytes)];
        ConfigError? error = Parse(files, out IReadOnlyList<ConfigItem> items);
        if (error is not null)
            Assert.InRange(error.Line, 0, LinesOf(files, error.File));
        Assert.All(items, item => Assert.InRange(item.Line, 1, LinesOf(files, item.File)));
        Assert.All(items, item => Assert.False(
            item.Key.Length == 0 || item.Key.AsSpan().ContainsAny(" \t\r\n=\0"), "a key with blanks"));
        WriteAndReadAgain(items);
    }

    private static ConfigError? Parse(byte[][] files, out IReadOnlyList<ConfigItem> items)
        => new ConfigText(path => files[IndexOf(files, path)]).Read(Main, out items);

    private static int IndexOf(byte[][] files, string path)
    {
        if (path == Main)
            return 0;
        return int.TryParse(Path.GetFileName(path), out int index) && index > 0 && index < files.Length
            ? index
            : throw new FileNotFoundException(path);
    }

    private static int LinesOf(byte[][] files, string path)
        => files[IndexOf(files, path)].Count(octet => octet is (byte)'\n' or (byte)'\r') + 1;

    private static void WriteAndReadAgain(IReadOnlyList<ConfigItem> items)
    {
        var text = new StringBuilder();
        var kept = new List<(string, string?)>();
        foreach (ConfigItem item in items)
        {
            int quote = "\"'`".AsSpan().IndexOfAnyExcept(item.Value ?? "");
            if (quote < 0 || item.Key[0] == '\uFEFF')
                continue;
            char with = "\"'`"[quote];
            text.Append(item.Key).Append(item.Value is null ? "\n" : $"={with}{item.Value}{with}\n");
            kept.Add((item.Key, item.Value));
        }
        Assert.Null(Parse([Encoding.UTF8.GetBytes(text.ToString())], out IReadOnlyList<ConfigItem> again));
        Assert.Equal(kept, again.Select(item => (item.Key, item.Value)));
    }
}
