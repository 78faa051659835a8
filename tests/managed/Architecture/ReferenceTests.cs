using System.Text.RegularExpressions;
using MailModule.Tests.Support;

namespace MailModule.Tests.Architecture;

/// <summary>
/// The tree shows the way of the data: every folder is a room, a room uses only rooms of lower rows, and rooms of one
/// row do not see each other (docs/architecture.md). So either a folder uses its sub-folders or they use it, never
/// both.
/// </summary>
public class ReferenceTests
{
    /// <summary>From the bottom up.</summary>
    private static readonly string[][] Rows =
    [
        ["Primitives"],
        ["Primitives.Os.Windows"],
        ["Primitives.Os", "Primitives.Config"],
        ["Mail"],
        ["Mail.Logins"],
        ["Mail.Logins.Server"],
        ["Transport"],
        ["Transport.Proxies"],
        ["Transport.Dialing", "Transport.Blocking"],
        ["Lines", "Dns"],
        ["Dns.Wire", "Authentication"],
        ["Dns.Stub", "Authentication.Dkim", "Authentication.Spf", "Authentication.Dmarc", "Authentication.Results"],
        ["Dns.DnsClient", "Authentication.Arc"],
        ["Dns.Local", "Authentication.Checks"],
        ["Smtp", "Pop3", "Policy", "Policy.Expressions", "Policy.DnsLists", "Spool", "Mailbox", "Mime"],
        ["Mime.Reading", "Mime.Composing"],
        ["Smtp.Server", "Smtp.Client", "Pop3.Server", "Pop3.Client", "Policy.SenderLists"],
        ["Delivery"],
        ["Delivery.Signing"],
        ["Delivery.Routing", "Delivery.Reports"],
        ["Delivery.Remote", "Delivery.Resending"],
        ["Delivery.Queue", "Delivery.Outgoing", "Delivery.Pooling", "Delivery.Forwarding", "Delivery.Lists",
            "Delivery.Fetching"],
        ["Delivery.Local"],
        ["Engine.Settings"],
        ["Engine.Serving.Handlers", "Engine.Connecting"],
        ["Engine.Proxying"],
        ["Engine.Serving", "Engine.Sending", "Engine.Authenticating", "Engine.Retrieving",
            "Engine.Mailboxes", "Engine.Importing"],
        ["Engine.Control"],
        ["Engine"],
        ["Native.Abi"],
        ["Native.Exports"],
    ];

    private static readonly Dictionary<string, int> Levels
        = Rows.SelectMany((row, level) => row.Select(room => (room, level)))
            .ToDictionary(pair => pair.room, pair => pair.level);

    private static readonly Regex CommentOrText = new(@"//.*$|""(?:\\.|[^""\\])*""");

    /// <summary>A name with all that stands before its dots; not the member of an expression.</summary>
    private static readonly Regex Name = new(@"(?<![\w.@])[A-Z]\w*(?:\.[A-Z]\w*)*");

    private static readonly Regex Declared = new(
        @"^(?:[a-z]+ )*(?:class|struct|interface|enum|record|record struct|delegate [\w<>?]+) ([A-Z]\w*)",
        RegexOptions.Multiline);

    /// <summary>The types that each room declares.</summary>
    private static readonly ILookup<string, string> Types = SourceFiles()
        .SelectMany(file => Declared.Matches(File.ReadAllText(file))
            .Select(match => (Room: RoomOf(file), Type: match.Groups[1].Value)))
        .Distinct().ToLookup(pair => pair.Room, pair => pair.Type);

    [Fact]
    public void Folders_refer_only_downward()
    {
        var wrong = SourceFiles().SelectMany(WrongReferences).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_folder_has_a_level()
    {
        var unknown = SourceFiles().Where(file => !Levels.ContainsKey(RoomOf(file))).ToList();
        Assert.True(unknown.Count == 0, string.Join('\n', unknown));
    }

    [Fact]
    public void Every_level_is_of_folders_that_are_there()
        => Assert.Empty(Levels.Keys.Except(SourceFiles().Select(RoomOf)));

    [Fact]
    public void Namespaces_follow_the_folders()
    {
        var wrong = SourceFiles()
            .Where(file => !File.ReadLines(file).Contains($"namespace MailModule.{RoomOf(file)};"))
            .ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("using MailModule.Engine;", "Delivery", true)]
    [InlineData("using MailModule.Pop3;", "Smtp", true)]
    [InlineData("using MailModule.Smtp;", "Smtp.Server", false)]
    [InlineData("using MailModule.Smtp.Client;", "Smtp.Server", true)]
    [InlineData("using MailModule.Delivery.Local;", "Delivery.Queue", true)]
    [InlineData("using Lists = MailModule.Delivery.Lists.ListExpansion;", "Delivery.Local", false)]
    [InlineData("var x = MailModule.Engine.MailEngine.Default;", "Transport", true)]
    [InlineData("var x = MailEngine.Default;", "Engine.Serving", true)]
    [InlineData("var x = RetrySchedule.Default;", "Delivery.Local", false)]
    [InlineData("Local.LocalDelivery x;", "Delivery.Queue", true)]
    [InlineData("Delivery.Local.LocalDelivery x;", "Delivery.Queue", true)]
    [InlineData("Primitives.Os.Disk x;", "Spool", false)]
    [InlineData("Primitives.Os.Disk x;", "Primitives", true)]
    [InlineData("// MailModule.Engine.MailEngine, as a \"comment\"", "Transport", false)]
    public void The_scan_tells_right_from_wrong(string line, string room, bool isWrong)
        => Assert.Equal(isWrong, ReferencesIn(line, room).Any(target => !MayUse(room, target)));

    private static IEnumerable<string> WrongReferences(string file)
    {
        string room = RoomOf(file);
        string[] lines = File.ReadAllLines(file);
        for (int i = 0; i < lines.Length; i++)
            foreach (string target in ReferencesIn(lines[i], room).Where(target => !MayUse(room, target)))
                yield return $"{file}:{i + 1}: {room} refers to {target}";
    }

    private static IEnumerable<string> ReferencesIn(string line, string room)
        => line.StartsWith("namespace ", StringComparison.Ordinal)
            ? []
            : Name.Matches(CommentOrText.Replace(line, "")).Select(match => Target(match.Value, room)).OfType<string>();

    /// <summary>The room that a name leads to, seen from another; null if it is none of ours, or one's own.</summary>
    private static string? Target(string name, string room)
    {
        const string whole = "MailModule.";
        if (name.StartsWith(whole, StringComparison.Ordinal))
            return Prefixes(name[whole.Length..]).FirstOrDefault(Levels.ContainsKey);
        string first = name.Split('.')[0];
        if (Types[room].Contains(first))
            return null;
        return Prefixes(room).FirstOrDefault(outer => Types[outer].Contains(first))
            ?? Prefixes(room).Append("").SelectMany(outer => Relative(name, outer)).FirstOrDefault();
    }

    /// <summary>A name such as Os.Disk, where the room to begin at holds a room Os with a type Disk.</summary>
    private static IEnumerable<string> Relative(string name, string outer)
        => Prefixes(name).Skip(1)
            .Select(inner => (Room: outer.Length == 0 ? inner : $"{outer}.{inner}", Tail: name[(inner.Length + 1)..]))
            .Where(pair => Types[pair.Room].Contains(pair.Tail.Split('.')[0])).Select(pair => pair.Room);

    /// <summary>"A.B.C", "A.B", "A".</summary>
    private static IEnumerable<string> Prefixes(string name)
    {
        for (int end = name.Length; end > 0; end = name.LastIndexOf('.', end - 1))
            yield return name[..end];
    }

    private static bool MayUse(string from, string to) => from == to || Levels[to] < Levels[from];

    private static string RoomOf(string file)
    {
        string folder = Path.GetRelativePath(Repository.In("src"), Path.GetDirectoryName(file)!);
        return folder.Replace(Path.DirectorySeparatorChar, '.')
            .Replace("MailModule.Managed.", "", StringComparison.Ordinal)
            .Replace("MailModule.Native", "Native", StringComparison.Ordinal);
    }

    private static IEnumerable<string> SourceFiles() => Repository.CSharpFiles("src");
}
