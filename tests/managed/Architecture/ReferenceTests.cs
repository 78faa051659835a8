using System.Text.RegularExpressions;
using MailModule.Tests.Support;

namespace MailModule.Tests.Architecture;

/// <summary>
/// The tree shows the way of the data: a folder uses only folders of a lower level, and folders of one level do not see each
/// other (docs/architecture.md). A room may use the shared room above it in the tree (Smtp/Server uses Smtp).
/// </summary>
public class ReferenceTests
{
    private static readonly Dictionary<string, int> Levels = new()
    {
        ["Primitives"] = 0,
        ["Mail"] = 1,
        ["Transport"] = 2,
        ["Lines"] = 3,
        ["Dns"] = 3,
        ["Smtp"] = 4,
        ["Pop3"] = 4,
        ["Policy"] = 4,
        ["Spool"] = 4,
        ["Mailbox"] = 4,
        ["Mime"] = 4,
        ["Smtp.Server"] = 5,
        ["Smtp.Client"] = 5,
        ["Pop3.Server"] = 5,
        ["Pop3.Client"] = 5,
        ["Delivery"] = 6,
        ["Engine.Settings"] = 7,
        ["Engine.Serving"] = 8,
        ["Engine.Sending"] = 8,
        ["Engine"] = 9,
        ["Native"] = 10,
    };

    private static readonly Regex Using = new(@"^\s*(?:global\s+)?using\s+(?:static\s+)?(?:\w+\s*=\s*)?MailModule\.([\w.]+);", RegexOptions.Multiline);
    private static readonly Regex Inline = new(@"(?<![\w.])MailModule\.([A-Z]\w+(?:\.[A-Z]\w+)*)");

    [Fact]
    public void Folders_refer_only_downward()
    {
        var wrong = SourceFiles().SelectMany(WrongReferences).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_folder_has_a_level()
    {
        var unknown = SourceFiles().Where(file => RoomOf(file) is null).ToList();
        Assert.True(unknown.Count == 0, string.Join('\n', unknown));
    }

    [Fact]
    public void Namespaces_follow_the_folders()
    {
        var wrong = SourceFiles().Where(file => !File.ReadAllText(file).Contains($"namespace MailModule.{Folder(file)};", StringComparison.Ordinal)).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("using MailModule.Engine;", "Delivery", true)]
    [InlineData("using MailModule.Pop3;", "Smtp", true)]
    [InlineData("using MailModule.Smtp;", "Smtp.Server", false)]
    [InlineData("using MailModule.Smtp.Client;", "Smtp.Server", true)]
    [InlineData("var x = MailModule.Engine.MailEngine.Default;", "Transport", true)]
    public void The_scan_tells_right_from_wrong(string line, string room, bool isWrong)
        => Assert.Equal(isWrong, ReferencesIn(line).Any(target => !MayUse(room, target)));

    private static IEnumerable<string> WrongReferences(string file)
    {
        string? room = RoomOf(file);
        if (room is null)
            yield break;
        string[] lines = File.ReadAllLines(file);
        for (int i = 0; i < lines.Length; i++)
            foreach (string target in ReferencesIn(lines[i]).Where(target => !MayUse(room, target)))
                yield return $"{file}:{i + 1}: {room} refers to {target}";
    }

    private static IEnumerable<string> ReferencesIn(string line)
        => Using.Matches(line).Concat(Inline.Matches(line)).Select(match => RoomOfNamespace(match.Groups[1].Value)).OfType<string>();

    private static bool MayUse(string from, string to) => from == to || Levels[to] < Levels[from];

    private static string? RoomOf(string file) => RoomOfNamespace(Folder(file));

    private static string? RoomOfNamespace(string name)
    {
        string[] parts = name.Split('.');
        string two = parts.Length > 1 ? $"{parts[0]}.{parts[1]}" : parts[0];
        return Levels.ContainsKey(two) ? two : Levels.ContainsKey(parts[0]) ? parts[0] : null;
    }

    private static string Folder(string file)
    {
        string folder = Path.GetRelativePath(Repository.In("src"), Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
        return folder.Replace("MailModule.Managed.", "", StringComparison.Ordinal).Replace("MailModule.Native", "Native", StringComparison.Ordinal);
    }

    private static IEnumerable<string> SourceFiles() => Repository.CSharpFiles("src");
}
