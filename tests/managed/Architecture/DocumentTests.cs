using System.Text.RegularExpressions;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Architecture;

/// <summary>Documents that name what is in the tree, held against it.</summary>
public class DocumentTests
{
    private static readonly Regex Rfc = new(@"RFC (\d{3,5})((?:, \d{3,5})*)");
    private static readonly Regex Number = new(@"\d{3,5}");
    private static readonly Regex Quoted = new("`([^`]+)`");
    private static readonly Regex PathInTree = new(
        "`((?:docs|src|tests|samples|scripts|bench|include|bindings)/[^`*: ]+)[^`]*`");

    /// <summary>A folder, or a type in it, by the names of rooms: `Spool/Committer`, `Native/Abi/Boundary`.</summary>
    private static readonly Regex RoomAndType = new(@"`([A-Z]\w*(?:/[A-Z]\w*)+)(?:\.cs)?`");
    private static readonly Regex TypeAndMember = new(@"`([A-Z]\w*)\.([A-Z]\w*)`");
    private static readonly Regex TypeName = new("`([A-Z][a-z]\\w*)`");

    /// <summary>A file, and in parentheses what to look for in it.</summary>
    private static readonly Regex FileAndMembers
        = new(@"`([A-Z][\w/]*\.cs)`(?: \(((?:[^()]|\([^()]*\))*)\))?");
    private static readonly Regex Identifier = new(@"\b[A-Z]\w*");
    private static readonly Regex Word = new(@"`([A-Z]\w*)`");
    private static readonly Regex Declared
        = new(@"\b(?:class|struct|interface|enum|record|delegate [\w<>?]+) (?:struct |class )?([A-Z]\w*)");
    private static readonly Regex DecisionName = new(@"^\d{4}-[a-z0-9-]+\.md$");

    [Fact]
    public void Every_rfc_cited_in_the_sources_stands_in_the_index()
    {
        var index = File.ReadLines(Repository.In("docs", "rfc-index.md")).Where(line => line.StartsWith('|'))
            .SelectMany(line => Number.Matches(line.Split('|')[1])).Select(match => match.Value).ToHashSet();
        var missing = Sources()
            .SelectMany(file => Cited(File.ReadAllText(file)).Where(number => !index.Contains(number))
                .Select(number => $"{file}: RFC {number}")).ToList();
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void Every_fault_is_explained_under_the_name_and_number_that_C_knows()
    {
        string page = File.ReadAllText(Repository.In("docs", "errors.md"));
        foreach (Fault fault in Enum.GetValues<Fault>().Where(fault => fault != Fault.None))
            Assert.Contains(
                $"| `MM_E_{Regex.Replace(fault.ToString(), "(?<!^)(?=[A-Z])", "_").ToUpperInvariant()}` | "
                    + $"-{(int)fault} | ", page, StringComparison.Ordinal);
        Assert.Equal(Enum.GetValues<Fault>().Length - 1,
            Regex.Matches(page, @"^\| `MM_E_", RegexOptions.Multiline).Count);
    }

    [Fact]
    public void Every_rule_of_the_policy_names_tests_that_are_there()
    {
        string[] rows = [.. File.ReadLines(Repository.In("docs", "testing.md"))
            .SkipWhile(line => line != "## Policy: what shows it").Skip(1)
            .TakeWhile(line => !line.StartsWith('#')).Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1)];
        Assert.True(rows.Length > 40, $"{rows.Length} rows");
        foreach (string row in rows)
        {
            string[] names = [.. Quoted.Matches(row.Split('|')[2]).Select(match => match.Groups[1].Value)];
            Assert.True(names.Length > 0, row);
            Assert.All(names, name => Assert.True(TestNames.IsThere(name), $"{row}: {name}"));
        }
    }

    [Fact]
    public void What_the_documents_point_to_is_there()
    {
        var missing = Documents().SelectMany(file => PathInTree.Matches(File.ReadAllText(file))
            .Select(match => match.Groups[1].Value).Where(path => !IsThere(path)).Select(path => $"{file}: {path}"))
            .ToList();
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void The_rooms_and_types_that_documents_name_are_there()
    {
        var missing = Documents().SelectMany(file => RoomAndType.Matches(File.ReadAllText(file))
            .Select(match => match.Groups[1].Value).Where(name => !IsRoomOrType(name))
            .Select(name => $"{file}: {name}")).ToList();
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void The_files_and_members_that_a_newcomer_is_sent_to_are_there()
    {
        var named = FileAndMembers.Matches(Map)
            .SelectMany(match => Word.Matches(match.Groups[2].Value)
                .Select(word => (File: match.Groups[1].Value, Member: word.Groups[1].Value)))
            .ToList();
        Assert.NotEmpty(named);
        Assert.All(named, place => Assert.True(
            HasMember(Repository.In("src", "MailModule.Managed", place.File), place.Member), $"{place}"));
    }

    [Fact]
    public void The_steps_that_a_newcomer_follows_are_there()
    {
        var steps = TypeAndMember.Matches(Map)
            .Select(match => (Type: match.Groups[1].Value, Member: match.Groups[2].Value)).ToList();
        Assert.NotEmpty(steps);
        Assert.All(steps, step => Assert.True(
            Declarations[step.Type].Any(file => HasMember(file, step.Member)), $"{step}"));
        Assert.All(TypeName.Matches(Map).Select(match => match.Groups[1].Value).Distinct(),
            name => Assert.True(Rooms.Contains(name) || AllSources.Contains(name), name));
    }

    [Theory]
    [InlineData("Transport/Connection", true)]
    [InlineData("Transport/ILinkOwner", true)]
    [InlineData("Native/Abi/Boundary", true)]
    [InlineData("Engine/Serving", true)]
    [InlineData("Transport/TlsChannel", false)]
    [InlineData("Spool/Connection", false)]
    public void The_scan_for_rooms_and_types_tells_right_from_wrong(string name, bool isThere)
        => Assert.Equal(isThere, IsRoomOrType(name));

    [Theory]
    [InlineData("Connection", "Resume", true)]
    [InlineData("IPeer", "Resume", true)]
    [InlineData("ISession", "StartTls", true)]
    [InlineData("ISession", "Output", true)]
    [InlineData("Connection", "WriteLine", false)]
    [InlineData("Connection", "Clear", false)]
    public void The_scan_for_members_tells_right_from_wrong(string file, string name, bool isThere)
        => Assert.Equal(isThere,
            HasMember(Repository.In("src", "MailModule.Managed", "Transport", $"{file}.cs"), name));

    [Theory]
    [InlineData("interop")]
    [InlineData("kill")]
    public void Each_test_by_a_program_of_others_is_told_of(string suite)
    {
        string page = File.ReadAllText(Repository.In("docs", "testing.md"));
        string[] files = [.. Directory.EnumerateFiles(Repository.In("tests", suite), "test_*.py")
            .Select(file => Path.GetFileName(file))];
        Assert.NotEmpty(files);
        string missing = string.Join(' ', files.Where(
            file => !page.Contains($"`{file}`", StringComparison.Ordinal)));
        Assert.Equal("", missing);
        string gone = string.Join(' ', Regex.Matches(page, "`(test_\\w+\\.py)`").Select(match => match.Groups[1].Value)
            .Where(file => !File.Exists(Repository.In("tests", "interop", file))
                && !File.Exists(Repository.In("tests", "kill", file))));
        Assert.Equal("", gone);
    }

    [Fact]
    public void Decisions_are_numbered_without_gaps()
    {
        string[] names = [.. Directory.EnumerateFiles(Repository.In("docs", "decisions"))
            .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Assert.All(names, name => Assert.Matches(DecisionName, name));
        Assert.Equal(Enumerable.Range(1, names.Length), names.Select(name => int.Parse(name[..4])));
    }

    private static string Map => File.ReadAllText(Repository.In("docs", "architecture.md"));

    /// <summary>The files that declare a type of this name.</summary>
    private static ILookup<string, string> Declarations { get; } = Repository.CSharpFiles("src")
        .SelectMany(file => Declared.Matches(File.ReadAllText(file)).Select(match => (match.Groups[1].Value, file)))
        .Distinct().ToLookup(pair => pair.Item1, pair => pair.file);

    private static HashSet<string> Rooms { get; } = [.. new[] { "src", "tests" }
        .SelectMany(top => Directory.EnumerateDirectories(Repository.In(top), "*", SearchOption.AllDirectories))
        .Select(folder => Path.GetFileName(folder))];

    private static HashSet<string> AllSources { get; } = [.. Repository.CSharpFiles("src")
        .SelectMany(file => Identifier.Matches(File.ReadAllText(file))).Select(match => match.Value)];

    /// <summary>A member is declared there; a type, or a word of the protocol, is at least spoken of.</summary>
    private static bool HasMember(string file, string name)
    {
        string source = File.ReadAllText(file);
        bool isDeclared
            = Regex.IsMatch(source, $@"\b(?:public|internal|private|protected)\b[^;={{}}]*\b{name}\b")
                || Regex.IsMatch(source, $@"(?m)^    (?:[\w<>?\[\], ]+ {name}\b|{name}\b.*,$)"); // of interface, enum
        bool isElsewhere = Declarations.Contains(name) || name == name.ToUpperInvariant();
        return isDeclared || (isElsewhere && Regex.IsMatch(source, $@"\b{name}\b"));
    }

    private static bool IsRoomOrType(string name)
    {
        string[] tops = ["src/MailModule.Managed", "src", "src/MailModule.Native", "tests/managed"];
        string path = name.StartsWith("Native/", StringComparison.Ordinal) ? $"MailModule.{name}" : name;
        return tops.Select(top => Path.GetFullPath(Repository.In(top, path)))
            .Any(place => Directory.Exists(place) || File.Exists($"{place}.cs")
                || Declarations[Path.GetFileName(place)]
                    .Any(file => Path.GetDirectoryName(file) == Path.GetDirectoryName(place)));
    }

    /// <summary>"RFC 1939, 2449" cites two.</summary>
    private static IEnumerable<string> Cited(string text)
        => Rfc.Matches(text).SelectMany(match => Number.Matches(match.Value)).Select(match => match.Value);

    private static IEnumerable<string> Sources()
        => Repository.CSharpFiles("src").Append(Repository.In("include", "mailmodule.h"));

    private static IEnumerable<string> Documents()
        => Directory.EnumerateFiles(Repository.In("docs"), "*.md", SearchOption.AllDirectories)
            .Append(Repository.In("README.md")).Append(Repository.In("CONTRIBUTING.md"));

    /// <summary>A pattern with NNNN stands for files to come; a program stands for its source.</summary>
    private static bool IsThere(string path)
        => path.Contains("NNNN", StringComparison.Ordinal) || Path.Exists(Repository.In(path))
            || File.Exists(Repository.In(path + ".c")) || File.Exists(Repository.In(path + ".cs"));
}
