using MailModule.Delivery.Forwarding;

namespace MailModule.Tests.Delivery.Forwarding;

public class DotForwardParserTests
{
    private const string Whole = """
        # what I forward
        #include is a comment as well
        #if $size_kb > 100 && !$in_text(urgent)
            #mv big
        #elif $text =~ /^Subject: *\[(\w+)\]/i
          #cp lists/friends
          !logger -t mail $1 \
             got it
        #else
          #if exist(away)
            bob@example.net carl@example.org
          #endif
        #endif
        #rm

        """;

    [Fact]
    public void A_file_is_read_into_steps_with_their_lines()
    {
        DotForwardScript script = Parse(Whole);
        Assert.Empty(script.Errors);
        var branch = Assert.IsType<BranchStep>(script.Steps[0]);
        Assert.Equal([3, 5, 9], branch.Parts.Select(part => part.Line));
        Assert.Equal([true, true, false], branch.Parts.Select(part => part.Condition is not null));
        Assert.Equal("big", Assert.IsType<MoveStep>(branch.Parts[0].Steps.Single()).Folder);
        Assert.Equal("lists/friends", Assert.IsType<CopyStep>(branch.Parts[1].Steps[0]).Folder);
        var command = Assert.IsType<CommandStep>(branch.Parts[1].Steps[1]);
        Assert.Equal((7, "logger -t mail $1 got it"), (command.Line, command.Command));
        var inner = Assert.IsType<BranchStep>(branch.Parts[2].Steps.Single());
        var redirect = Assert.IsType<RedirectStep>(inner.Parts[0].Steps.Single());
        Assert.Equal(["bob@example.net", "carl@example.org"], redirect.Targets.Select(target => target.Text));
        Assert.Equal(14, Assert.IsType<RemoveStep>(script.Steps[1]).Line);
    }

    [Fact]
    public void Line_ends_and_blanks_around_do_not_matter()
    {
        DotForwardScript script =
            Parse("\t #rm \r\n\r\n  #mv\tspam\r\n#if(1)\r\nbob@example.net,\tann@example.net\r\n#endif");
        Assert.Empty(script.Errors);
        Assert.Equal(3, script.Steps.Count);
    }

    [Theory]
    [InlineData("#rmdir x")]
    [InlineData("#ifdef x")]
    [InlineData("#")]
    [InlineData("#!/bin/sh")]
    [InlineData("# #if 1")]
    [InlineData("#Mv spam")]
    [InlineData("")]
    [InlineData("# a comment that goes on \\\nbob@example.net")]
    public void What_is_a_comment_does_nothing(string text)
        => Assert.Equal((0, 0), (Parse(text).Steps.Count, Parse(text).Errors.Count));

    [Theory]
    [InlineData("#if 1\n#rm", 1, "#if without #endif")]
    [InlineData("#rm\n#endif", 2, "no #if")]
    [InlineData("#else\n", 1, "no #if")]
    [InlineData("#if 1\n#else\n#else\n#endif", 3, "#else was before")]
    [InlineData("#if 1\n#else\n#elif 1\n#endif", 3, "#else was before")]
    [InlineData("#if\n#endif", 1, "a value is missing")]
    [InlineData("#if $nothing = 1\n#endif", 1, "no variable")]
    [InlineData("\n\n#mv ../bob", 3, "not the name of a folder")]
    [InlineData("#cp /etc/cron.d", 1, "not the name of a folder")]
    [InlineData("#mv", 1, "not the name of a folder")]
    [InlineData("!", 1, "a command is missing")]
    [InlineData("bob", 1, "neither a comment")]
    [InlineData("bob@", 1, "not an address")]
    [InlineData("bob@example.net and ann@example.net", 1, "not an address")]
    [InlineData("<bob@example.net>", 1, "not an address")]
    [InlineData("$1@example.net\\", 1, "not an address")]
    [InlineData("#if 1 \\\n && \\\n#endif", 1, "#if without #endif")] // the last line is a part of the condition
    public void What_is_wrong_is_told_with_its_line(string text, int line, string reason)
    {
        (int Line, string Text) error = Parse(text).Errors[0];
        Assert.Equal(line, error.Line);
        Assert.Contains(reason, error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_is_bounded()
    {
        Assert.Empty(Parse(Repeat("#if 1\n", 32) + Repeat("#endif\n", 32)).Errors);
        Assert.NotEmpty(Parse(Repeat("#if 1\n", 33) + Repeat("#endif\n", 33)).Errors);
        Assert.Empty(Parse(Repeat("a@b.example\n", 256)).Errors);
        Assert.NotEmpty(Parse(Repeat("a@b.example\n", 257)).Errors);
        Assert.NotEmpty(Parse(Repeat("!x\n", 65)).Errors);
        Assert.NotEmpty(Parse("#" + new string('x', 8192)).Errors);
        Assert.NotEmpty(Parse(Repeat("#\n", DotForwardParser.SizeLimit)).Errors);
    }

    [Fact]
    public void Every_prefix_of_a_file_is_read_or_refused()
    {
        for (int length = 0; length < Whole.Length; length++)
            Assert.NotNull(Parse(Whole[..length]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Garbage_is_read_or_refused(int seed)
    {
        string[] bits = ["#if ", "#elif ", "#else", "#endif", "#mv ", "#cp ", "#rm", "!", "a@b.example", " ", "\\",
            "\n", "\r", "$1", "..", "/", "\0", "\u00ff", "1", "&&"];
        var random = new Random(seed);
        for (int i = 0; i < 5_000; i++)
            Assert.NotNull(Parse(
                string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => bits[random.Next(bits.Length)]))));
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static DotForwardScript Parse(string text) => DotForwardParser.Parse(text, "/h/ann");
}
