using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Config;
using MailModule.Primitives.Os;

namespace MailModule.Tests.Primitives.Config;

public class ConfigTextTests
{
    [Theory]
    [InlineData("a=1", "a=1")]
    [InlineData("a = 1", "a=1")]
    [InlineData("a\t=\t1", "a=1")]
    [InlineData("  a=1\r\nb=2\r\n", "a=1|b=2")]
    [InlineData("a=1 b=2\tc=3", "a=1|b=2|c=3")]
    [InlineData("a=1\rb=2", "a=1|b=2")]
    [InlineData("flag", "flag")]
    [InlineData("flag a=1 noflag", "flag|a=1|noflag")]
    [InlineData("a=\nb=2", "a=|b=2")]
    [InlineData("a= # nothing\nb=2", "a=|b=2")]
    [InlineData("a=\"\" b=2", "a=|b=2")]
    [InlineData("# a=1\nb=2 # c=3\nd=4", "b=2|d=4")]
    [InlineData("a=x#y b=#z", "a=x#y|b=#z")]
    [InlineData("a=\"x # y\" b='#' c=`#`", "a=x # y|b=#|c=#")]
    [InlineData("a=\"it's `so`\"", "a=it's `so`")]
    [InlineData("a='say \"x\"'", "a=say \"x\"")]
    [InlineData("a = \"x y\"\nb=2", "a=x y|b=2")]
    [InlineData("a=`x\r\ny` b=2", "a=x\ny|b=2")]
    [InlineData("a='x\u0085\u2028\fy\rz' b=2", "a=x\u0085\u2028\fy\nz|b=2")]
    [InlineData("a=\"c:\\mail\\\" b=2", "a=c:\\mail\\|b=2")]
    [InlineData("a=it's", "a=it's")]
    [InlineData("a=b=c", "a=b=c")]
    [InlineData("user=ann;a=b;/home/ann;PS", "user=ann;a=b;/home/ann;PS")]
    [InlineData("key\n=1", "!2: = without a key before it")]
    [InlineData("=1", "!1: = without a key before it")]
    [InlineData("a=1\n\nb=\"x", "!3: a quote that is never closed")]
    [InlineData("a=\"x\"y", "!1: text right after a closing quote")]
    [InlineData("a=1\r\n\"x\"", "!2: a quote where a setting should start")]
    [InlineData("a=`1\n2\n3`\nb='", "!4: a quote that is never closed")]
    [InlineData("@ x", "!1: @ without the name of a file")]
    [InlineData("@\"\"", "!1: @ without the name of a file")]
    [InlineData("a=x\0", "!1: a NUL character")]
    [InlineData("a\0=x", "!1: a NUL character")]
    [InlineData("", "")]
    [InlineData("\uFEFFa=1", "a=1")]
    public void The_grammar_holds(string text, string expected) => Assert.Equal(expected, Read(text));

    [Fact]
    public void Every_item_tells_its_line()
    {
        Parse(new() { ["/c/main.cfg"] = "a=1\n# x\nb=\"2\n3\" c=4\r\nd\re" }, out var items);
        Assert.Equal([("a", 1), ("b", 3), ("c", 4), ("d", 5), ("e", 6)], items.Select(item => (item.Key, item.Line)));
    }

    [Fact]
    public void An_include_is_taken_at_its_place_and_from_its_own_folder()
    {
        var files = new Dictionary<string, string>
        {
            ["/c/main.cfg"] = "a=1\n@sub/one.cfg b=2 @'two words.cfg'\n",
            ["/c/sub/one.cfg"] = "c=3 @deep.cfg",
            ["/c/sub/deep.cfg"] = "d=4",
            ["/c/two words.cfg"] = "e=5"
        };
        Assert.Null(Parse(files, out var items));
        Assert.Equal(["a", "c", "d", "b", "e"], items.Select(item => item.Key));
        Assert.Equal("/c/sub/deep.cfg", items[2].File);
    }

    [Fact]
    public void An_include_may_be_repeated_but_not_in_a_circle()
    {
        var files = new Dictionary<string, string> { ["/c/main.cfg"] = "@one.cfg\n@one.cfg\n", ["/c/one.cfg"] = "a=1" };
        Assert.Null(Parse(files, out var items));
        Assert.Equal(2, items.Count);
        files["/c/one.cfg"] = "a=1\n@main.cfg";
        Assert.Equal("/c/one.cfg:2: /c/main.cfg includes itself", Parse(files, out _)!.ToString());
    }

    [Fact]
    public void Includes_go_no_deeper_than_the_limit()
    {
        var files = Enumerable.Range(0, 40).ToDictionary(i => $"/c/{i}.cfg", i => $"@{i + 1}.cfg");
        files["/c/main.cfg"] = "@0.cfg";
        Assert.Contains("too many files", Parse(files, out _)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Includes_that_multiply_end()
    {
        var files = Enumerable.Range(0, 14)
            .ToDictionary(i => $"/c/{i}.cfg", i => $"@{i + 1}.cfg @{i + 1}.cfg @{i + 1}.cfg");
        files["/c/14.cfg"] = "a=1";
        files["/c/main.cfg"] = "@0.cfg";
        Assert.Contains("too many files", Parse(files, out _)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_include_is_told_where_it_was_asked_for()
    {
        ConfigError? error = Parse(new() { ["/c/main.cfg"] = "a=1\n@none.cfg" }, out _);
        Assert.Equal(
            ("/c/main.cfg:2: the file to be included: there is no such file", Fault.Config),
            (error!.ToString(), error.Fault));
    }

    [Fact]
    public void A_missing_file_is_not_found()
        => Assert.Equal(Fault.NotFound, ReadFile("/nowhere/at all.cfg")!.Fault);

    [Fact]
    public void A_folder_in_place_of_a_file_is_an_error_and_no_exception()
        => Assert.Equal(Fault.Io, ReadFile("/tmp")!.Fault);

    [Fact]
    public void Octets_that_are_not_utf8_may_stand_in_comments_but_not_in_values()
    {
        byte[] comment = [.. "# "u8, 0xE9, .. "\na=1"u8];
        Assert.Null(new ConfigText(_ => comment).Read("/c/main.cfg", out var items));
        Assert.Equal("1", Assert.Single(items).Value);
        byte[] value = [.. "\na=x"u8, 0xE9];
        Assert.Equal("/c/main.cfg:2: a value that is not UTF-8",
            new ConfigText(_ => value).Read("/c/main.cfg", out _)!.ToString());
    }

    [Fact]
    public void Every_prefix_of_a_file_gives_items_or_an_error()
    {
        const string Text = "# head\r\nuser=\"ann;p w;;PS\" strict\nlog='x\ny' a = `z` @'in.cfg'\nb=1 # end\n";
        for (int length = 0; length <= Text.Length; length++)
        {
            var files = new Dictionary<string, string> { ["/c/main.cfg"] = Text[..length], ["/c/in.cfg"] = "i=1" };
            ConfigError? error = Parse(files, out var items);
            Assert.True(error is not null || length < 9 || items.Count > 0, $"nothing came of {length} characters");
        }
    }

    [Fact]
    public void Garbage_gives_items_or_an_error_with_a_line_in_the_text()
    {
        const string Letters = "ab=@#\"'` \t\r\n;\\\0\u00e9";
        var random = new Random(20261121);
        for (int round = 0; round < 20_000; round++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(40))
                .Select(_ => Letters[random.Next(Letters.Length)])]);
            ConfigError? error = Parse(new() { ["/c/main.cfg"] = text }, out var items);
            int lines = text.ReplaceLineEndings("\n").Count(c => c == '\n') + 1;
            Assert.True(error is null || (error.Line >= 1 && error.Line <= lines), text);
            Assert.All(items, item => Assert.InRange(item.Line, 1, lines));
        }
    }

    private static ConfigError? ReadFile(string path)
        => new ConfigText(static name => TextFile.ReadOctets(name, ConfigText.SizeLimit)).Read(path, out _);

    private static string Read(string text)
    {
        ConfigError? error = Parse(new() { ["/c/main.cfg"] = text }, out var items);
        return error is null
            ? string.Join('|', items.Select(item => item.Value is null ? item.Key : $"{item.Key}={item.Value}"))
            : $"!{error.Line}: {error.Message}";
    }

    private static ConfigError? Parse(Dictionary<string, string> files, out IReadOnlyList<ConfigItem> items)
        => new ConfigText(path
            => files.TryGetValue(path, out string? text)
                ? Encoding.UTF8.GetBytes(text)
                : throw new FileNotFoundException(path)).Read("/c/main.cfg", out items);
}
