using System.Text;
using MailModule.Engine.Serving;
using MailModule.Mail;
using MailModule.Mail.Logins.Server;
using MailModule.Smtp;
using MailModule.Smtp.Server;

namespace MailModule.Tests.Smtp.Server;

/// <summary>When a fake backend's answers come.</summary>
internal enum Answers
{
    AtOnce,
    /// <summary>On another thread, before the question has returned.</summary>
    Early,
    Late,
}

/// <summary>
/// Judges by name and writes down what it was asked. Local parts: "refused", "close" (MAIL, RCPT), "nobody", "full"
/// (RCPT), "nodata", "noend", "closedata", "closeend" (senders). LMTP: "busy" and "gone" are refused at the end, "same"
/// is one recipient however often it is named. Users: user/secret, later/secret.
/// </summary>
internal sealed class FakeBackend : ISmtpBackend
{
    private readonly Queue<Action> _later = new();
    private readonly StringBuilder _text = new();
    private bool _isOpen;

    public Answers Answers { get; init; }

    /// <summary>Every stretch of text is answered "no more for now".</summary>
    public bool IsSlow { get; init; }
    public bool KeepsText { get; init; } = true;
    public Verdict ConnectVerdict { get; init; } = Verdict.Accept;

    /// <summary>Runs while DATA is pending, as a host's callback does; its answer is the verdict.</summary>
    public Func<SmtpSession, Verdict>? Host { get; set; }

    /// <summary>Reads the content in the host's name; null: no host does.</summary>
    public HostContentReader? Reader { get; set; }

    /// <summary>The verdict on each command that the backend is asked about; null: it is asked about none.</summary>
    public Func<string, Verdict>? CommandVerdict { get; init; }

    public AskedCommands Asked => CommandVerdict is null ? AskedCommands.None : (AskedCommands)int.MaxValue;

    /// <summary>What is stored for every user.</summary>
    public LoginSecret? Secret { get; init; }

    public List<string> Calls { get; } = [];
    public List<string> Messages { get; } = [];
    public int Discarded { get; private set; }
    public int Closings { get; private set; }

    public Verdict Connect(SmtpSession session) => Give(session, ConnectVerdict);

    public Verdict Command(SmtpSession session)
    {
        string command = $"{session.Asked} {Encoding.UTF8.GetString(session.CommandArgument)}";
        Calls.Add(command);
        return Give(session, CommandVerdict!(command));
    }

    public Verdict FindSecret(SmtpSession session, SecretExchange exchange)
    {
        Calls.Add($"secret {exchange.User}");
        exchange.Secret = Secret;
        return Give(session, Verdict.Accept);
    }

    public Verdict Login(SmtpSession session, SaslExchange exchange)
    {
        (string user, string identity) = (exchange.User, exchange.Identity);
        bool isRight = exchange switch
        {
            PasswordExchange given => Encoding.UTF8.GetString(given.Password) == "secret",
            SecretExchange given => given.IsProved(),
            OAuthExchange given => given.Token == "token",
            _ => true,
        };
        exchange.Clear();
        Calls.Add($"login {user} {(isRight ? "right" : "wrong")}{(identity.Length > 0 ? $" as {identity}" : "")}");
        return Give(session, (user, isRight && (identity.Length == 0 || identity == user)) switch
        {
            ("user", true) => Verdict.Accept,
            ("later", true) => Verdict.Refuse(new Reply(454, "4.7.0", "Temporary authentication failure")),
            _ => new Verdict(VerdictKind.Refuse),
        });
    }

    public Verdict Mail(SmtpSession session, Envelope envelope, long declaredSize)
    {
        Calls.Add($"mail <{envelope.ReversePath}>{(declaredSize > 0 ? $" size={declaredSize}" : "")}"
            + $"{(envelope.EightBit ? " 8bit" : "")}{(envelope.Utf8 ? " utf8" : "")}"
            + (envelope.Return == ReturnContent.Default ? "" : $" ret={envelope.Return}")
            + (envelope.EnvelopeId is null ? "" : $" envid=\"{envelope.EnvelopeId}\"")
            + (envelope.Hold is not { } hold ? "" : hold.For is { } time
                ? $" holdfor={time.TotalSeconds}" : $" holduntil={hold.Until:yyyy-MM-dd'T'HH:mm:ss'Z'}")
            + (envelope.DeliverBy is not { } by
                ? "" : $" by={by.Within.TotalSeconds}{(by.Returns ? "R" : "N")}{(by.Traces ? "T" : "")}")
            + (envelope.Submitter is { } submitter ? $" auth=<{submitter}>" : ""));
        Verdict verdict = VerdictOn(envelope.ReversePath);
        Assert.False(_isOpen, "a transaction began inside another");
        _isOpen = verdict.Kind == VerdictKind.Accept;
        return Give(session, verdict);
    }

    public Verdict Rcpt(SmtpSession session, Envelope envelope, in RcptArgument rcpt)
    {
        Calls.Add($"rcpt <{rcpt.Address}>" + (rcpt.Notify == Notify.Default ? "" : $" notify={rcpt.Notify}")
            + (rcpt.OriginalRecipient is null ? "" : $" orcpt=\"{rcpt.OriginalRecipient}\""));
        Verdict verdict = VerdictOn(rcpt.Address);
        Recipient recipient = rcpt.ToRecipient(rcpt.Address.LocalPart);
        bool isKnown = rcpt.Address.LocalPart == "same" && envelope.Names(recipient);
        if (verdict.Kind == VerdictKind.Accept && !isKnown)
            envelope.Recipients.Add(recipient);
        return Give(session, verdict);
    }

    public Verdict Data(SmtpSession session, Envelope envelope)
    {
        Calls.Add("data");
        _text.Clear();
        if (Host is not null)
        {
            _later.Enqueue(() => session.Answer(Host(session)));
            return Verdict.Pending;
        }
        return Give(session, envelope.ReversePath.LocalPart switch
        {
            "nodata" => Verdict.Refuse(new Reply(554, "5.7.1", "Not from you")),
            "closedata" => Verdict.Close(new Reply(421, "4.3.0", "Going away")),
            _ => Verdict.Accept,
        });
    }

    public bool Append(SmtpSession session, ReadOnlySpan<byte> text)
    {
        Assert.True(_isOpen && !text.IsEmpty);
        if (KeepsText)
            _text.Append(Encoding.Latin1.GetString(text));
        if (!IsSlow)
            return true;
        if (Answers == Answers.Late && Host is null)
            _later.Enqueue(session.ResumeContent);
        else if (Reader is null || !Reader.TryResume())
            session.ResumeContent();
        return false;
    }

    public Verdict EndOfData(SmtpSession session)
    {
        Verdict verdict = session.Envelope.ReversePath.LocalPart switch
        {
            "noend" => Verdict.Refuse(new Reply(554, "5.6.0", "Not this text")),
            "closeend" => Verdict.Close(null),
            _ => Verdict.Accept,
        };
        ReplyToSome(session);
        if (verdict.Kind == VerdictKind.Accept)
        {
            string message = _text.ToString();
            Messages.Add(message);
            message = message.Replace("\r", "\\r", StringComparison.Ordinal);
            Calls.Add($"message {message.Replace("\n", "\\n", StringComparison.Ordinal)}");
            _isOpen = false;
        }
        return Give(session, verdict);
    }

    public void Discard(SmtpSession session)
    {
        Assert.True(_isOpen, "discarded twice, or after it was kept");
        _isOpen = false;
        Discarded++;
        Calls.Add("discard");
    }

    public void NotSmtp(SmtpSession session) => Calls.Add("not smtp");

    public void Closed(SmtpSession session)
    {
        Assert.False(_isOpen, "the transaction was neither kept nor discarded");
        Closings++;
    }

    /// <summary>Makes something due while the session waits.</summary>
    public void Later(Action action) => _later.Enqueue(action);

    /// <summary>Does what is due while the session waits; false if nothing is.</summary>
    public bool RunLater()
    {
        if (!_later.TryDequeue(out Action? action))
            return false;
        action();
        return true;
    }

    private Verdict Give(SmtpSession session, Verdict verdict)
    {
        if (Answers == Answers.AtOnce)
            return verdict;
        if (Answers == Answers.Early)
            session.Answer(verdict);
        else
            _later.Enqueue(() => session.Answer(verdict));
        return Verdict.Pending;
    }

    private static void ReplyToSome(SmtpSession session)
    {
        for (int i = 0; i < session.Envelope.Recipients.Count; i++)
        {
            string name = session.Envelope.Recipients[i].Address.LocalPart;
            if (name == "busy")
                session.TrySetRecipientReply(i, new Reply(450, "4.2.1", "Mailbox busy"));
            else if (name == "gone")
                session.TrySetRecipientReply(i, new Reply(550, "5.2.1", "Mailbox is gone"));
        }
    }

    private static Verdict VerdictOn(MailAddress address) => address.LocalPart switch
    {
        "refused" => new Verdict(VerdictKind.Refuse),
        "close" => Verdict.Close(new Reply(421, "4.7.0", "Go away")),
        "nobody" => Verdict.Refuse(new Reply(550, "5.1.1", "No such user")),
        "full" => Verdict.Refuse(new Reply(452, "4.2.2", "Mailbox full")),
        _ => Verdict.Accept,
    };
}
