using System.Text.RegularExpressions;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Architecture;

/// <summary>Documents that name what is in the tree, held against it.</summary>
public class DocumentTests
{
    private static readonly Regex Rfc = new(@"RFC (\d{3,5})((?:, \d{3,5})*)");
    private static readonly Regex Number = new(@"\d{3,5}");
    private static readonly Regex PathInTree = new("`((?:docs|src|tests|samples|scripts|bench|include)/[^`* ]+)[^`]*`");
    private static readonly Regex FileAndMember = new(@"`([A-Z][\w/.]*\.cs)`(?: \(`(\w+)`)?");
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
    public void What_the_documents_point_to_is_there()
    {
        var missing = Documents().SelectMany(file => PathInTree.Matches(File.ReadAllText(file))
            .Select(match => match.Groups[1].Value).Where(path => !IsThere(path)).Select(path => $"{file}: {path}"))
            .ToList();
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void The_files_and_members_that_a_newcomer_is_sent_to_are_there()
    {
        string page = File.ReadAllText(Repository.In("docs", "architecture.md"));
        var named = FileAndMember.Matches(page).Select(match => (match.Groups[1].Value, match.Groups[2].Value))
            .ToList();
        Assert.NotEmpty(named);
        Assert.All(named, place =>
        {
            string source = File.ReadAllText(Repository.In("src", "MailModule.Managed", place.Item1));
            Assert.Matches($@"\b{place.Item2}\b", source);
        });
    }

    [Fact]
    public void Decisions_are_numbered_without_gaps()
    {
        string[] names = [.. Directory.EnumerateFiles(Repository.In("docs", "decisions"))
            .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Assert.All(names, name => Assert.Matches(DecisionName, name));
        Assert.Equal(Enumerable.Range(1, names.Length), names.Select(name => int.Parse(name[..4])));
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
