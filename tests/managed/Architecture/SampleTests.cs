using System.Globalization;
using System.Text.RegularExpressions;
using MailModule.Tests.Support;

namespace MailModule.Tests.Architecture;

/// <summary>Samples are short: what a host writes is part of what the header promises (decision 0060).</summary>
public class SampleTests
{
    private const int SampleLimit = 100, TableLimit = 20;
    private const string TableBegins = "/* ---- the table ---- */";
    private static readonly Regex Comment = new(@"/\*.*?\*/|//[^\n]*", RegexOptions.Singleline);
    private static readonly Regex OfWindows = new(@"^#ifdef _WIN32\n.*?^#endif\n", RegexOptions.Singleline
        | RegexOptions.Multiline);
    private static readonly Regex Row = new(
        @"^\| [^|]+ \| (\d+) \| `(samples/[^`]+)` \| (\d+) \|$", RegexOptions.Multiline);
    private static readonly Regex Block = new(@"^```cpp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline);

    private static string Decision => File.ReadAllText(Repository.In("docs", "decisions",
        "0060-programs-of-the-seeds.md"));

    [Fact]
    public void The_examples_of_other_frameworks_are_shorter_here()
    {
        MatchCollection rows = Row.Matches(Decision);
        Assert.Equal(3, rows.Count);
        foreach (Match row in rows)
        {
            int lines = LinesOf(File.ReadAllText(Repository.In(row.Groups[2].Value)));
            Assert.Equal((row.Groups[2].Value, Number(row.Groups[3])), (row.Groups[2].Value, lines));
            Assert.True(lines < Number(row.Groups[1]), row.Value);
        }
        Assert.Equal(Number(rows[2].Groups[1]), LinesOf(Block.Match(Decision).Groups[1].Value));
    }

    [Theory]
    [InlineData("samples/c/gateway.c")]
    [InlineData("samples/c/archive.c")]
    [InlineData("samples/c/mailbox.c")]
    [InlineData("bindings/python/samples/gateway.py")]
    [InlineData("samples/c/pop3.c")]
    public void A_server_or_client_of_a_host_has_below_a_hundred_lines(string path)
        => Assert.InRange(File.ReadLines(Repository.In(path)).Count(), 1, SampleLimit - 1);

    [Fact]
    public void A_table_of_handlers_in_place_of_the_old_callback_has_at_most_20_lines()
    {
        string text = File.ReadAllText(Repository.In("tests", "c", "handlers_instead.c"));
        string table = text[text.IndexOf(TableBegins, StringComparison.Ordinal)..];
        table = table[..table.IndexOf("/* ----", TableBegins.Length, StringComparison.Ordinal)];
        Assert.InRange(LinesOf(table), 10, TableLimit);
    }

    [Theory]
    [InlineData("/* a\n b */\nint a; // b\n\n#include <c>\n  // d\n", 1)]
    [InlineData("#ifdef _WIN32\nint a;\n#endif\nint b;\n{\n}\n", 3)]
    public void Lines_are_counted_that_hold_code(string text, int count) => Assert.Equal(count, LinesOf(text));

    private static int LinesOf(string code)
        => Comment.Replace(OfWindows.Replace(code, ""), "").Split('\n')
            .Count(line => line.Trim().Length > 0 && !line.StartsWith('#'));

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);
}
