using System.Reflection;
using System.Text.RegularExpressions;
using MailModule.Tests.Support;

namespace MailModule.Tests.Architecture;

/// <summary>
/// Tests that documents name: <c>Class.Method</c>, a file below <c>tests/</c>, or a test in such a file, behind a
/// colon.
/// </summary>
internal static class TestNames
{
    private const BindingFlags Everything
        = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Regex Method = new(@"^([A-Z]\w*)\.([A-Z]\w*)$");
    private static readonly Regex InFile = new(@"^(tests/[^:]+)(?::(\w+))?$");

    private static readonly ILookup<string, Type> Classes
        = typeof(TestNames).Assembly.GetTypes().ToLookup(type => type.Name);

    public static bool IsThere(string name)
    {
        Match method = Method.Match(name);
        if (method.Success)
            return Classes[method.Groups[1].Value].SelectMany(type => type.GetMethods(Everything))
                .Where(one => one.Name == method.Groups[2].Value)
                .Any(one => one.GetCustomAttribute<FactAttribute>() is not null);
        Match file = InFile.Match(name);
        return file.Success && File.Exists(Repository.In(file.Groups[1].Value))
            && (!file.Groups[2].Success || Regex.IsMatch(
                File.ReadAllText(Repository.In(file.Groups[1].Value)), $@"\b{file.Groups[2].Value}\("));
    }
}
