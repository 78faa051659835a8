using System.Text;
using MailModule.Delivery.Forwarding;
using MailModule.Policy.Expressions;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Forwarding;

public sealed class ShellCommandTests : IDisposable
{
    private const string Evil = "'; touch HACKED; \" $(touch HACKED) `touch HACKED` | touch HACKED\n& touch HACKED #";

    /// <summary>What a shell may take for more than text, wherever it stands.</summary>
    private static readonly string[] s_pieces =
    [
        "$(touch HACKED)", "`touch HACKED`", "${x:=$(touch HACKED)}", "a[$(touch HACKED)]", "x=$(touch HACKED)",
        "$((a[$(touch HACKED)]))", "() { :; }; touch HACKED", ";touch HACKED;", "|touch HACKED|", "&touch HACKED&",
        "\ntouch HACKED\n", "\n", "\r", "\t", " ", "'", "\"", "\\", "$", "{", "}", "(", ")", "<", ">", "*", "?", "/*",
        "[a-z]", "~", "#", "!", "!!", "-", "--", "-e", "-n", "=", "%s", "%n", "\u0001", "\u007f", "\u00e9", "\u00ff",
        "text", "1", "9", "1>HACKED", ">HACKED", "<<E", "\\\n", "IFS= ", "PATH=.", "eval", "0", "",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Shells => new(
        ((string[])["/bin/dash", "/bin/bash --posix", "/bin/bash", "/bin/sh"])
        .Where(shell => File.Exists(shell.Split(' ')[0])));

    [Theory]
    [InlineData("logger -t mail \"$1\"")]
    [InlineData("echo $HOME ${x} $textual $")]
    [InlineData("printf '%s\\n' \"a $text b\" >> log; test -n \"$body\" && exit 3")]
    [InlineData("echo \"$(grep -c x \"$msgfile\")\" `date`")]
    [InlineData("if test $errorlevel -eq 0; then cat \"$msgfile\" | spamc > x; else :; fi")]
    [InlineData("case \"$1\" in a|b) echo x;; (c) echo y;; *) ;; esac; echo $1")]
    [InlineData("echo \"${1:-none}\" \"${#text}\" \"${body%%x*}\" ${HOME}")]
    [InlineData("f() { echo \"$1\"; }; f \"$2\"")]
    [InlineData("cp -- \"$msgfile\" \"$HOME/x\" 2>&1 <&- &")]
    [InlineData("awk '{print $1}' \"$msgfile\"")]
    [InlineData("awk -v a=\"$1\" '{print a}' \"$msgfile\"")]
    [InlineData("sed -i -e '1a X: y' -- \"$msgfile\"")]
    [InlineData("python3 filter.py --subject=\"$1\" \"$msgfile\"")]
    [InlineData("sh filter.sh \"$1\"; $HOME/bin/x \"$text\"")]
    [InlineData("find . -name \"*.tmp\" -exec rm {} \\; ; echo $1")]
    [InlineData("grep '[[:space:]]' \"$msgfile\" # it's $1")]
    [InlineData("X=1 env LANG=C nice -n 10 program \"$1\"")]
    [InlineData("while read line; do echo \"$line\"; done < \"$msgfile\"")]
    [InlineData("export SUBJECT=\"$1\"; ./run")]
    [InlineData("echo \"please eval this, let it trap you: $1\"")]
    [InlineData("mail -s \"it's \\$1\" ann")]
    public void A_line_goes_to_the_shell_as_it_stands(string line)
    {
        Assert.True(ShellCommand.TryRead(line, out string command, out string error), error);
        Assert.Equal(line, command);
    }

    [Theory]
    [InlineData("cat", "cat \"$msgfile\"")]
    [InlineData("cat > seen", "cat > seen \"$msgfile\"")]
    [InlineData("a | b -c", "a | b -c \"$msgfile\"")]
    [InlineData("sh filter.sh", "sh filter.sh \"$msgfile\"")]
    [InlineData("echo `date`", "echo `date` \"$msgfile\"")]
    [InlineData("notify # it is new", "notify # it is new")]
    [InlineData("notify &", "notify &")]
    [InlineData("notify;", "notify;")]
    [InlineData("notify ; ", "notify ; ")]
    [InlineData("( notify )", "( notify )")]
    [InlineData("{ notify; }", "{ notify; }")]
    [InlineData("if test -e x; then notify; fi", "if test -e x; then notify; fi")]
    [InlineData("echo \\$x", "echo \\$x")]
    public void A_line_without_dollar_gets_the_messages_file_where_it_takes_one(string line, string command)
    {
        Assert.True(ShellCommand.TryRead(line, out string read, out string error), error);
        Assert.Equal(command, read);
    }

    [Theory]
    [InlineData("echo $in_text(word)")]
    [InlineData("echo $+")]
    [InlineData("echo $`")]
    [InlineData("echo $'")]
    [InlineData("echo \"$'\"")]
    [InlineData("grep 'x$' file")]
    public void What_is_no_shell_is_refused(string line) => Assert.False(ShellCommand.TryRead(line, out _, out _));

    [Theory]
    [InlineData("echo $((1 + $1))")]
    [InlineData("echo \"$(($size_kb * 2))\"")]
    [InlineData("echo $[ $1 ]")]
    [InlineData("(( $1 > 2 )) && x")]
    [InlineData("((x=$1))")]
    [InlineData("for ((i=0;i<$1;i++)); do x; done")]
    [InlineData("[[ $1 -eq 1 ]]")]
    [InlineData("x;[[ -v $1 ]]")]
    [InlineData("[[($1 -eq 1)]]")]
    [InlineData("eval \"$1\"")]
    [InlineData("e\\val $1")]
    [InlineData("\"eval\" $1")]
    [InlineData("ev''al $1")]
    [InlineData("command eval $1")]
    [InlineData("x=1 eval $1")]
    [InlineData("if true; then eval $1; fi")]
    [InlineData("echo \"$(eval $1)\"")]
    [InlineData("echo `eval $1`")]
    [InlineData("{ eval $1; }")]
    [InlineData("let x=$1")]
    [InlineData("trap \"$1\" EXIT")]
    [InlineData("source $msgfile")]
    [InlineData(". $msgfile")]
    [InlineData("true && . ./$1")]
    [InlineData("alias x=\"$1\"")]
    [InlineData("declare -i x=$1")]
    [InlineData("typeset -n x=$1")]
    [InlineData("local -n x=y; local $1")]
    [InlineData("sh -c \"echo $1\"")]
    [InlineData("sh -ec \"echo $1\"")]
    [InlineData("sh -e -c \"echo $1\"")]
    [InlineData("/bin/bash -c \"echo $1\"")]
    [InlineData("s\\h -c \"echo $1\"")]
    [InlineData("dash -c \"echo $1\"")]
    [InlineData("zsh -c \"echo $1\"")]
    [InlineData("ksh -c \"echo $1\"")]
    [InlineData("busybox sh -c \"echo $1\"")]
    [InlineData("exec sh -c \"echo $1\"")]
    [InlineData("env sh -c \"echo $1\"")]
    [InlineData("env -S \"sh $1\"")]
    [InlineData("env -iS \"sh $1\"")]
    [InlineData("find . -exec sh -c \"echo $1\" \\;")]
    [InlineData("xargs sh -c \"$1\"")]
    [InlineData("xargs -n 1 \"$1\"")]
    [InlineData("timeout 5 sh -c \"$1\"")]
    [InlineData("echo \"$1\" | sh")]
    [InlineData("echo \"$1\" | sh -s")]
    [InlineData("echo \"$1\" | sh -")]
    [InlineData("sh < \"$msgfile\"")]
    [InlineData("sh \"$msgfile\"")]
    [InlineData("sh")]
    [InlineData("su ann -c \"$1\"")]
    [InlineData("runuser -u ann -- x \"$1\"")]
    [InlineData("expect -c \"$1\"")]
    [InlineData("ssh host \"echo $1\"")]
    [InlineData("echo \"$1\" | at now")]
    [InlineData("$1 x")]
    [InlineData("\"$text\"")]
    [InlineData("\"$(cat \"$msgfile\")\"")]
    [InlineData("x; ${1} y")]
    [InlineData("x=$1; $x")]
    [InlineData("command \"$1\"")]
    [InlineData("\"$@\"")]
    [InlineData("X=1")]
    [InlineData("nice -n 5")]
    [InlineData("awk \"/$1/\" file")]
    [InlineData("awk \"$1\" file")]
    [InlineData("sed \"s/$1/x/\" file")]
    [InlineData("sed -e 's/a/b/' -e \"$1\" file")]
    [InlineData("perl -e \"print '$1'\"")]
    [InlineData("perl -ne 'x' -e $1")]
    [InlineData("python3 -c \"print('$1')\"")]
    [InlineData("python3 \"$msgfile\"")]
    [InlineData("echo \"$1\" | python3")]
    [InlineData("echo \"$1\" | bc")]
    [InlineData("read \"$1\"")]
    [InlineData("export \"$1\"")]
    [InlineData("readonly $1")]
    [InlineData("unset \"$1\"")]
    [InlineData("getopts ab \"$1\"")]
    [InlineData("mapfile -t \"$1\"")]
    [InlineData("printf -v \"$1\" x")]
    [InlineData("test -v \"$1\"")]
    [InlineData("[ -v \"$1\" ]")]
    [InlineData("a[$1]=x")]
    [InlineData("a=([$1]=x)")]
    [InlineData("echo ${a[$1]}")]
    [InlineData("echo ${text:$1}")]
    [InlineData("echo ${text:0:$1}")]
    [InlineData("echo ${!1}")]
    [InlineData("echo ${text@P}")]
    [InlineData("echo ${text/a/$1}")]
    [InlineData("echo ${text^^}")]
    [InlineData("PS4=\"$1\"; set -x")]
    [InlineData("PROMPT_COMMAND=$1 x")]
    [InlineData("export BASH_ENV=$1")]
    [InlineData("compgen -W \"$1\"")]
    [InlineData("enable -f $1 x")]
    [InlineData("echo `echo \\`eval $1\\``")]
    [InlineData("echo \"$1")]
    [InlineData("echo 'x")]
    [InlineData("echo $(date")]
    [InlineData("echo `date")]
    [InlineData("echo )")]
    [InlineData("echo ${x")]
    public void What_evaluates_text_again_is_refused(string line)
    {
        Assert.False(ShellCommand.TryRead(line, out _, out string error));
        Assert.NotEqual("", error);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public void No_text_of_a_mail_is_run_however_it_is_used(string shell)
    {
        var random = new Random(20261129);
        string[] lines =
        [
            "printf %s $text > out", "printf %s \"$text\" > out", "printf %s '$text' > out", "(printf %s $1) > out",
            "printf %s \"$(printf %s \"$text\")\" > out", "printf %s `printf %s \"$1\"` > out", "echo $1>file",
            "test -n \"$text\" && printf %s $text$1 > out", "echo ${x:-$text} > out", "x=$1; printf %s \"$x\" > out",
            "for x in $1 $text; do echo $x; done", "set -- $text; echo \"$*\" $1 $2", "test $1 = $text",
            "case $1 in $text) echo $1;; esac", "cd $1; export X=$1; echo $X", "printf %d $1; printf -- $1; exit $1",
            "cat > out <<END\n$text `echo $1` ${x:-$1}\nEND\n", "read x < $1; : ${x:=$text}; cat < \"$1\"",
            "echo it # $1",
        ];
        foreach (string line in lines)
            foreach (string text in (string[])[Evil, string.Concat(s_pieces), .. random.GetItems(s_pieces, 10)])
                Run(shell, line, text);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public void Values_come_through_to_the_octet(string shell)
    {
        var random = new Random(20261128);
        const string line = "printf '%s\\0' $1 \"$2\" $3 \"$text\" $body \"$#\" > out";
        for (int round = 0; round < 40; round++)
        {
            string[] values = [.. Enumerable.Range(0, 5).Select(_ => RandomText(random))];
            Run(shell, line, values[3], values[4], "x" + values[0], values[1], "y" + values[2]);
            string[] expected = ["x" + values[0], values[1], "y" + values[2], values[3], .. Words(values[4]), "3", ""];
            Assert.Equal(expected, File.ReadAllText(_folder.In("out"), Encoding.Latin1).Split('\0'));
        }
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public void A_digit_before_a_redirection_stays_a_word(string shell)
    {
        Run(shell, "echo $1>out; echo 2>>out $1", "", "", "2");
        Assert.Equal("2\n", File.ReadAllText(_folder.In("out")));
    }

    [Fact]
    public void Values_are_bounded_and_have_no_nul()
    {
        var captures = new Captures();
        var values = new CommandValues("x $msgfile", captures, _ => "a\0b" + new string('x', 1_000_000));
        Assert.All(values.Variables, value => Assert.InRange(value.Length, 100_000, 110_000));
        Assert.DoesNotContain('\0', values.Variables[0]);
        Assert.Equal(5, values.Variables.Count);
        Assert.Empty(values.Arguments);
        Assert.Equal(4, new CommandValues("x", captures, _ => "").Variables.Count);
    }

    // An empty value that stands without quotes is no word.
    private static string[] Words(string value) => value.Length > 0 ? [value] : [];

    private static string RandomText(Random random)
        => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => s_pieces[random.Next(s_pieces.Length)]));

    private void Run(string shell, string line, string text) => Run(shell, line, text, text, text);

    private void Run(string shell, string line, string text, string body, params string[] arguments)
    {
        var command = new Command(ShellCommand.ProgramOf(line), arguments,
            ["PATH=/usr/bin:/bin", $"text={text}", $"body={body}"], _folder.Path)
        {
            Shell = shell,
        };
        (CommandEnd end, _) = CommandRun.Run(command, TimeSpan.FromSeconds(30), CancellationToken.None);
        Assert.Equal(CommandEnd.Exited, end);
        Assert.False(File.Exists(_folder.In("HACKED")), $"{line} with {text}");
    }
}
