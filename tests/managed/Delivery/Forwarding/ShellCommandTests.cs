using MailModule.Delivery.Forwarding;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Forwarding;

public class ShellCommandTests
{
    private const string Evil = "'; touch HACKED; \" $(touch HACKED) `touch HACKED` | touch HACKED\n& touch HACKED #";

    [Theory]
    [InlineData("echo $text", "echo \"${MM_1}\"")]
    [InlineData("echo \"a $text b\"", "echo \"a ${MM_1} b\"")]
    [InlineData("echo 'a $text b'", "echo 'a '\"${MM_1}\"' b'")]
    [InlineData("echo $text $text $body", "echo \"${MM_1}\" \"${MM_1}\" \"${MM_2}\"")]
    [InlineData("echo $size_kb $errorlevel", "echo 12 0")]
    [InlineData("echo $(( $size_kb * 2 ))", "echo $(( 12 * 2 ))")]
    [InlineData("echo $in_text(two words) $in_text(no)", "echo 1 0")]
    [InlineData("echo \\$text", "echo \\$text")]
    [InlineData("echo $HOME ${x} $textual $", "echo $HOME ${x} $textual $")]
    [InlineData("echo $1", "echo \"${MM_1}\"")]
    [InlineData("echo $1$2", "echo \"${MM_1}\"$2")]
    [InlineData("cat", "cat \"${MM_1}\"")]
    [InlineData("grep 'x", "grep 'x \"${MM_1}\"")]
    [InlineData("echo \"it's $text\"", "echo \"it's ${MM_1}\"")]
    [InlineData("echo it\\'s $text", "echo it\\'s \"${MM_1}\"")]
    public void A_line_names_variables_and_never_holds_their_text(string command, string line)
        => Assert.Equal(line, Make(command, "x").Line);

    [Fact]
    public void What_a_line_names_is_in_the_environment_without_nul_and_bounded()
    {
        ShellCommand made = Make("echo $text", "a\0b" + new string('x', 200_000));
        string value = Assert.Single(made.Environment);
        Assert.StartsWith("MM_1=abxxx", value, StringComparison.Ordinal);
        Assert.InRange(value.Length, 100_000, 110_000);
        Assert.InRange(Make("echo $text $body $1 $msgfile $+ $text", new string('x', 1_000_000)).Environment.Sum(
            one => one.Length), 200_000, 600_000);
    }

    [Theory]
    [InlineData("printf %s $text > out")]
    [InlineData("printf %s \"$text\" > out")]
    [InlineData("printf %s '$text' > out")]
    [InlineData("printf %s \"$(printf %s \"$text\")\" > out")]
    [InlineData("printf %s `printf %s \"$text\"` > out")]
    [InlineData("printf %s \"`printf %s \\\"$text\\\"`\" > out")]
    [InlineData("(printf %s $text) > out")]
    [InlineData("cat > out <<END\n$text\nEND\n")]
    [InlineData("test -n '$text' && printf %s $text$text > out")]
    [InlineData("echo it's $text")]
    [InlineData("echo \"$text")]
    [InlineData("echo ${x:-$text} > out")]
    [InlineData("x=$text; printf %s \"$x\" > out # $text")]
    public void No_text_of_a_mail_is_run_whatever_quotes_it_meets(string command)
    {
        using var folder = new TemporaryFolder();
        ShellCommand made = Make(command, Evil);
        (CommandEnd end, _) = CommandRun.Run(made.Line, ["PATH=/usr/bin:/bin", .. made.Environment], folder.Path,
            TimeSpan.FromSeconds(30), CancellationToken.None);
        Assert.Equal(CommandEnd.Exited, end);
        Assert.False(File.Exists(folder.In("HACKED")));
    }

    [Theory]
    [InlineData("printf %s $text > out")]
    [InlineData("printf %s \"$text\" > out")]
    [InlineData("printf %s '$text' > out")]
    public void The_text_comes_through_as_one_word_to_the_octet(string command)
    {
        using var folder = new TemporaryFolder();
        ShellCommand made = Make(command, Evil + "\u00e9\u00ff");
        CommandRun.Run(made.Line, ["PATH=/usr/bin:/bin", .. made.Environment], folder.Path, TimeSpan.FromSeconds(30),
            CancellationToken.None);
        Assert.Equal(Evil + "\u00e9\u00ff", File.ReadAllText(folder.In("out"), System.Text.Encoding.Latin1));
    }

    private static ShellCommand Make(string command, string text) => ShellCommand.Make(command, name => name switch
    {
        "text" or "body" or "msgfile" or "1" or "+" => text,
        "size_kb" => "12",
        "errorlevel" => "0",
        _ => null,
    }, word => word == "two words");
}
