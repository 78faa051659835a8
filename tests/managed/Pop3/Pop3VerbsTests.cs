using MailModule.Pop3;
using MailModule.Tests.Support;

namespace MailModule.Tests.Pop3;

/// <summary>Which answers have lines behind their first.</summary>
public class Pop3VerbsTests
{
    private const string Client = "C: ";
    private const string Server = "S: ";

    [Theory]
    // RFC 1939 §5 to §7
    [InlineData("LIST", false, Pop3AnswerForm.ManyLines)]
    [InlineData("LIST", true, Pop3AnswerForm.OneLine)]
    [InlineData("UIDL", false, Pop3AnswerForm.ManyLines)]
    [InlineData("UIDL", true, Pop3AnswerForm.OneLine)]
    [InlineData("RETR", true, Pop3AnswerForm.ManyLines)]
    [InlineData("TOP", true, Pop3AnswerForm.ManyLines)]
    [InlineData("STAT", false, Pop3AnswerForm.OneLine)]
    [InlineData("DELE", true, Pop3AnswerForm.OneLine)]
    [InlineData("APOP", true, Pop3AnswerForm.OneLine)]
    [InlineData("QUIT", false, Pop3AnswerForm.OneLine)]
    // RFC 2449 §5
    [InlineData("CAPA", false, Pop3AnswerForm.ManyLines)]
    // RFC 5034 §4; alone it lists mechanisms, where a server takes it
    [InlineData("AUTH", true, Pop3AnswerForm.OneLine)]
    [InlineData("AUTH", false, Pop3AnswerForm.ManyLines)]
    // RFC 6856 §3
    [InlineData("LANG", false, Pop3AnswerForm.ManyLines)]
    [InlineData("LANG", true, Pop3AnswerForm.OneLine)]
    public void Verb_and_argument_say_what_follows(string verb, bool hasArgument, Pop3AnswerForm form)
    {
        Assert.Equal(form, Pop3Verbs.FormOf(verb, hasArgument));
        Assert.Equal(form, Pop3Verbs.FormOf(verb.ToLowerInvariant(), hasArgument));
    }

    [Theory]
    [InlineData("")]
    [InlineData("XTND")]
    [InlineData("LISTS")]
    [InlineData("LIS")]
    [InlineData(" LIST")]
    public void Of_other_verbs_nothing_is_known(string verb) => Assert.Null(Pop3Verbs.FormOf(verb, false));

    /// <summary>Golden transcripts of our server: each positive answer has the form that the table gives it.</summary>
    [Fact]
    public void The_servers_answers_look_as_the_table_has_it()
    {
        var forms = new HashSet<Pop3AnswerForm>();
        foreach (string file in Directory.EnumerateFiles(
            Repository.In("tests", "managed", "Sessions", "Transcripts", "Pop3"), "*.txt"))
            foreach ((string command, string[] answer) in Exchanges(File.ReadAllLines(file)))
            {
                int blank = command.IndexOf(' ', StringComparison.Ordinal);
                string verb = blank < 0 ? command : command[..blank];
                Pop3AnswerForm form = answer[^1] == "." ? Pop3AnswerForm.ManyLines : Pop3AnswerForm.OneLine;
                Assert.Equal((file, command, form), (file, command, Pop3Verbs.FormOf(verb, blank > 0)));
                forms.Add(form);
            }
        Assert.Equal(2, forms.Count);
    }

    // One command at a time: where several are said ahead, their answers cannot be told apart without the table.
    // What is said to a challenge is no command.
    private static IEnumerable<(string Command, string[] Answer)> Exchanges(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Client, StringComparison.Ordinal))
                continue;
            string[] answer = [.. lines.Skip(i + 1)
                .TakeWhile(line => line.StartsWith(Server, StringComparison.Ordinal))
                .Select(line => line[Server.Length..])];
            bool isAlone = i > 0 && !lines[i - 1].StartsWith(Client, StringComparison.Ordinal)
                && lines[i - 1].TrimEnd() != "S: +" && !lines[i - 1].StartsWith("S: + ", StringComparison.Ordinal);
            if (isAlone && answer.Length > 0 && answer[0].StartsWith("+OK", StringComparison.Ordinal))
                yield return (lines[i][Client.Length..], answer);
        }
    }
}
