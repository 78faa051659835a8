using System.Text;
using MailModule.Primitives;
using MailModule.Smtp;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>The reply that a handler puts together, piece by piece. One thread at a time.</summary>
/// <param name="form">What a status is.</param>
internal sealed class HandlerReply(ReplyForm form = ReplyForm.Smtp)
{
    private const int MostLines = 100;

    // RFC 5321 §4.5.3.1.5: a reply line has 512 octets, with codes and line end
    private const int MostOctets = 400;

    private readonly List<string> _more = [];
    private string? _status;
    private string? _text;

    /// <summary>Null: the one that goes with the verdict.</summary>
    public string? Status => _status;

    /// <summary>The first line's; null: the library's.</summary>
    public string? Text => _text;

    /// <summary>The lines behind the first.</summary>
    public IReadOnlyList<string> More => _more;

    /// <summary>0: the one that goes with the verdict.</summary>
    public int Code { get; private set; }

    /// <summary>There is anything of it.</summary>
    public bool IsGiven => Code != 0 || _status is not null || _text is not null || _more.Count > 0;

    /// <summary>A line has more than ASCII.</summary>
    public bool NeedsUtf8 => !Ascii.IsValid(_text) || !_more.All(static line => Ascii.IsValid(line));

    public void Clear()
    {
        Code = 0;
        _status = _text = null;
        _more.Clear();
    }

    /// <inheritdoc cref="IHandledSession.SetReply"/>
    public Fault Set(int code, string? status, string? text)
    {
        if (code is not 0 and (< 200 or > 599))
            return FaultReason.Because(Fault.Argument, "code: a reply code is 200 to 599");
        if (status is not null && WhyNoStatus(code, status) is { } reason)
            return FaultReason.Because(Fault.Argument, reason);
        Fault fault = text is null ? Fault.None : CheckText(text);
        if (fault == Fault.None)
            (Code, _status, _text) = (code, status, text);
        return fault;
    }

    /// <inheritdoc cref="IHandledSession.AddReplyLine"/>
    public Fault AddLine(string text)
    {
        if (_more.Count >= MostLines)
            return FaultReason.Because(Fault.Limit, $"a reply has at most {MostLines} lines more");
        Fault fault = CheckText(text);
        if (fault == Fault.None)
            _more.Add(text);
        return fault;
    }

    /// <summary>The reply; what is not given is the ordinary one's, as far as that has the same code.</summary>
    /// <param name="code">Wins over <see cref="Code"/>; 0: that, or the ordinary one's.</param>
    /// <param name="ordinary">What would be said without.</param>
    /// <param name="utf8">The client reads more than ASCII (RFC 6531 §3.7.4).</param>
    public Reply Over(Reply ordinary, int code, bool utf8)
    {
        code = code != 0 ? code : Code != 0 ? Code : ordinary.Code;
        IReadOnlyList<string> first = _text is not null ? [_text]
            : code == ordinary.Code ? ordinary.Lines : [WordsOf(code)];
        string[] lines = [.. first, .. _more];
        if (utf8 || lines.All(static line => Ascii.IsValid(line)))
            return new Reply(code, StatusFor(code, ordinary), lines);
        // RFC 6531 §3.7.4.1: these name a mailbox, which would be another one in ASCII
        code = code switch { 251 => 250, 551 => 550, _ => code };
        return new Reply(code, StatusFor(code, ordinary), [.. lines.Select(InAscii)]);
    }

    private string? WhyNoStatus(int code, string status)
    {
        if (form == ReplyForm.Pop3)
            return ResponseCode.IsValid(status)
                ? null : "status: a response code without its brackets, such as SYS/TEMP (RFC 2449 section 8)";
        if (!EnhancedCode.IsValid(Encoding.UTF8.GetBytes(status)))
            return "status: three numbers with dots between, the first of them 2, 4 or 5";
        return code != 0 && status[0] - '0' != code / 100 ? "status: its class is not that of the code" : null;
    }

    // RFC 2034 §4: none in the greeting, in the answer to EHLO and HELO, and where the code is 3yz
    private string StatusFor(int code, Reply ordinary)
    {
        if (ordinary.Enhanced.Length == 0 || code / 100 == 3)
            return "";
        if (_status is not null && _status[0] - '0' == code / 100)
            return _status;
        return code == ordinary.Code ? ordinary.Enhanced : StatusOf(code);
    }

    private static string StatusOf(int code) => code switch
    {
        421 => "4.3.2",
        450 => "4.2.0",
        451 => "4.3.0",
        452 => "4.3.1",
        500 or 502 or 503 => "5.5.1",
        501 or 504 => "5.5.4",
        530 => "5.7.0",
        552 => "5.3.4",
        553 => "5.1.3",
        _ => code / 100 == 2 ? "2.0.0" : $"{code / 100}.7.1",
    };

    private static string WordsOf(int code) => code switch
    {
        421 => "Service not available, closing connection",
        < 400 => "Ok",
        < 500 => "Not now, try again later",
        _ => "Refused",
    };

    private static string InAscii(string line)
        => string.Create(line.Length, line, static (target, text) =>
        {
            for (int i = 0; i < text.Length; i++)
                target[i] = text[i] < 0x80 ? text[i] : '?';
        });

    private static Fault CheckText(string text)
    {
        if (text.Any(char.IsControl))
            return FaultReason.Because(Fault.Argument, "text: a reply line has no CR, LF, NUL or other control");
        return Encoding.UTF8.GetByteCount(text) > MostOctets
            ? FaultReason.Because(Fault.Argument, $"text: a reply line has at most {MostOctets} octets")
            : Fault.None;
    }
}
