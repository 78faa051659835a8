using System.Text;
using MailModule.Engine.Proxying;
using MailModule.Lines;
using MailModule.Pop3;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Serving;

/// <summary>
/// The dialogue of POP3, as <see cref="ServerTrace"/> says. Of answers of many lines those of CAPA and LANG are shown,
/// of messages and lists how long they are.
/// </summary>
internal sealed class Pop3ServerTrace(Action<string> tell) : ServerTrace(tell)
{
    private string _verb = "";
    private bool _hasMoreLines;
    private bool _isOfMany;
    private long _length;

    protected override string? Command(string line)
    {
        string verb = VerbOf(line, out string argument);
        if (Pop3Verbs.FormOf(verb, argument.Length > 0) is not { } form)
            return null;
        (_verb, _isOfMany) = (verb, form == Pop3AnswerForm.ManyLines);
        return verb switch
        {
            "USER" => Redaction.Command($"USER {ProxiedLogin.Shown(argument)}"),
            "PASS" => $"PASS {Redaction.Response(argument)}",
            "APOP" => $"APOP {NameIn(argument)} {SpokenSecrets.Mark}", // RFC 1939 §7: behind the name is the proof
            _ => Redaction.Command(line),
        };
    }

    protected override void Counted(int octets)
    {
        if (_hasMoreLines)
            _length += octets;
    }

    protected override string? Answer(string line)
    {
        if (_hasMoreLines)
            return OneOfMany(line);
        Next = Said.Command;
        if (!Pop3Reply.TryParse(Encoding.UTF8.GetBytes(line), inLogin: _verb == "AUTH", out Pop3Reply reply))
            return Redaction.ReplyText(0, line);
        if (reply.Status == Pop3Status.Challenge) // RFC 5034 §4
        {
            Next = Said.Response;
            return line.Length <= 2 ? line : $"+ {SpokenSecrets.Mark}";
        }
        _hasMoreLines = _isOfMany && reply.Status == Pop3Status.Ok;
        _isOfMany = false;
        _length = 0;
        return Redaction.ReplyText(0, line);
    }

    private string? OneOfMany(string line)
    {
        bool isShown = _verb is "CAPA" or "LANG";
        if (line != ".")
            return isShown ? line : null;
        _hasMoreLines = false;
        return isShown ? line : Octets(_length - ".\r\n".Length, "in lines");
    }

    private static string NameIn(string argument)
        => argument.IndexOf(' ') is > 0 and var end ? argument[..end] : SpokenSecrets.Mark;
}
