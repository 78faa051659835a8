using System.Text.RegularExpressions;
using MailModule.Tests.Support;

namespace MailModule.Tests.Architecture;

/// <summary>docs/threats.md: every threat has rows, and every row names tests that are there.</summary>
public class ThreatTests
{
    private const int Numbers = 30;
    private const int Columns = 4;
    private const string Held = "What was looked at and held";

    private static readonly Regex Heading = new(@"^#{2,3} (?:(\d+)\. )?(.*)$");
    private static readonly Regex Bar = new(@"(?<!\\)\|");
    private static readonly Regex Quoted = new("`([^`]+)`");

    [Fact]
    public void Every_threat_has_a_section_with_rows()
    {
        Dictionary<string, List<string[]>> sections = Sections();
        for (int number = 1; number <= Numbers; number++)
        {
            Assert.True(sections.TryGetValue($"{number}", out List<string[]>? rows), $"there is no section {number}");
            Assert.True(rows.Count > 0, $"section {number} has no rows");
        }
        Assert.NotEmpty(sections[Held]);
    }

    [Fact]
    public void Every_row_says_who_does_what_what_stops_him_and_which_test_shows_it()
    {
        foreach ((string section, List<string[]> rows) in Sections())
            foreach (string[] row in rows)
            {
                Assert.True(row.Length == Columns && row.All(cell => cell.Length > 0), $"{section}: {row[0]}");
                Assert.True(Quoted.IsMatch(row[^1]), $"{section}: {row[0]}: no test");
            }
    }

    [Fact]
    public void Every_test_that_a_row_names_is_there()
    {
        var missing = Sections().SelectMany(section => section.Value
            .SelectMany(row => Quoted.Matches(row[^1]).Select(match => match.Groups[1].Value))
            .Where(name => !TestNames.IsThere(name)).Select(name => $"{section.Key}: {name}")).ToList();
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Theory]
    [InlineData("ThreatTests.Every_threat_has_a_section_with_rows", true)]
    [InlineData("ThreatTests.The_scan_for_tests_tells_right_from_wrong", true)]
    [InlineData("ThreatTests.Sections", false)]
    [InlineData("NoTests.Every_threat_has_a_section_with_rows", false)]
    [InlineData("tests/interop/test_relay.py", true)]
    [InlineData("tests/interop/test_nothing.py", false)]
    [InlineData("tests/interop/test_policy.py:test_pop_before_smtp", true)]
    [InlineData("tests/interop/test_policy.py:test_pop", false)]
    [InlineData("docs/threats.md", false)]
    public void The_scan_for_tests_tells_right_from_wrong(string name, bool isThere)
        => Assert.Equal(isThere, TestNames.IsThere(name));

    /// <summary>The rows of each table, without its head, by the number of its section or else its heading.</summary>
    private static Dictionary<string, List<string[]>> Sections()
    {
        var sections = new Dictionary<string, List<string[]>>();
        List<string[]> rows = [];
        foreach (string line in File.ReadLines(Repository.In("docs", "threats.md")))
        {
            Match heading = Heading.Match(line);
            if (heading.Success)
                sections.Add(heading.Groups[heading.Groups[1].Success ? 1 : 2].Value, rows = []);
            bool isHead = line.StartsWith("| who ", StringComparison.Ordinal);
            if (line.StartsWith("| ", StringComparison.Ordinal) && !isHead)
                rows.Add([.. Bar.Split(line.Trim()[1..^1]).Select(cell => cell.Trim())]);
        }
        return sections;
    }
}
