using System.Text;
using MailModule.Authentication.Checks;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Server;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>A session as the handlers of one table see it.</summary>
internal sealed class HandlerSession(HandlerCalls calls, int table) : IHandlerSession
{
    private const HandlerSteps BeforeContent
        = HandlerSteps.Mail | HandlerSteps.Rcpt | HandlerSteps.Domain | HandlerSteps.Lookup | HandlerSteps.Data;

    private const HandlerSteps WithEnvelope = BeforeContent | HandlerSteps.Chunk | HandlerSteps.Message;
    private const int MostLoginOctets = 255;

    /// <summary>Why a call is <see cref="Fault.State"/>.</summary>
    public const string NoHandlerRuns = "no handler of this session runs, or not one of a step that allows it";

    private SmtpSession Session => calls.Session;
    private Envelope Envelope => calls.Session.Envelope;
    private bool IsOpen => calls.IsOpenTo(table);

    public object? User { get; set; }

    public SessionInfo? Info => IsOpen ? SessionFacts.Of(calls) : null;

    public IReadOnlyList<SessionCheck> Checks => IsOpen ? calls.Effects.Checks : [];

    public IReadOnlyList<MethodResult> Authentication => IsOpen ? calls.Effects.Authentication : [];

    public string? Sender => IsInTransaction(WithEnvelope) ? Envelope.ReversePath.Text : null;

    public int RecipientCount => IsInTransaction(WithEnvelope) ? Envelope.Recipients.Count : 0;

    public Fault SetReply(int code, string? status, string? text)
        => calls.SetReply(table, code, status, text);

    public Fault AddReplyLine(string text) => calls.AddReplyLine(table, text);

    public Fault SetRecipientReply(int index, int code, string? status, string? text)
    {
        if (!IsIn(HandlerSteps.Message))
            return WrongStep();
        var reply = new HandlerReply();
        // RFC 5321 §4.2.1: nothing more is asked for behind a message
        Fault fault = code is 0 or (>= 300 and < 400)
            ? FaultReason.Because(Fault.Argument, "code: the reply to a message is 2yz, 4yz or 5yz")
            : reply.Set(code, status, text);
        return fault == Fault.None ? calls.Effects.SetRecipientReply(index, reply) : fault;
    }

    public Fault Defer(TimeSpan timeout, int verdict, out PendingAnswer? pending)
    {
        pending = null;
        return IsOpen ? calls.Defer(timeout, verdict, out pending) : WrongStep();
    }

    public Fault SetLogin(string user)
    {
        if (!IsIn(HandlerSteps.Auth))
            return WrongStep();
        if (WhyNoLogin(user) is { } reason)
            return FaultReason.Because(Fault.Argument, reason);
        calls.Findings.Login = user;
        return Fault.None;
    }

    public Fault SetSecret(string secret)
    {
        if (!IsIn(HandlerSteps.Secret))
            return WrongStep();
        if (secret.Any(char.IsControl))
            return FaultReason.Because(Fault.Argument, "secret: no CR, LF, NUL or other control");
        calls.Findings.Secret = secret;
        return Fault.None;
    }

    public Fault SetSender(string address)
    {
        if (!IsInTransaction(BeforeContent))
            return WrongStep();
        MailAddress sender = MailAddress.Null;
        if (address.Length > 0 && !(MailAddress.TryParse(address, out sender) && sender.Domain.Length > 0))
            return NoAddress();
        Envelope.ReversePath = sender;
        return Fault.None;
    }

    public RcptRequest? RecipientAt(int index)
    {
        if ((uint)index >= (uint)RecipientCount)
            return null;
        Recipient one = Envelope.Recipients[index];
        return new RcptRequest(one.Address, "", "") { Notify = one.Notify, Original = one.OriginalRecipient ?? "" };
    }

    public Fault AddRecipient(string address)
    {
        if (!IsInTransaction(BeforeContent))
            return WrongStep();
        if (!MailAddress.TryParse(address, out MailAddress recipient))
            return NoAddress();
        return Envelope.Recipients.Count >= Session.Options.Limits.Recipients
            ? FaultReason.Because(Fault.Limit, "the message has too many recipients")
            : calls.Effects.AddRecipient(recipient);
    }

    public Fault RemoveRecipient(int index)
    {
        if (!IsInTransaction(BeforeContent))
            return WrongStep();
        if ((uint)index >= (uint)Envelope.Recipients.Count)
            return FaultReason.Because(Fault.NotFound, "there is no such recipient");
        Session.Transaction.RemoveRecipient(index);
        return Fault.None;
    }

    public Fault SetExpansion(string address)
    {
        if (!IsIn(HandlerSteps.Lookup))
            return WrongStep();
        if (!(MailAddress.TryParse(address, out MailAddress expansion) && expansion.Domain.Length > 0))
            return NoAddress();
        calls.Findings.Expansion = expansion;
        return Fault.None;
    }

    public Fault AddHeader(string name, string value)
    {
        if (!IsInTransaction(WithEnvelope))
            return WrongStep();
        Fault fault = HeaderField.TryWrite(name, value, Envelope.Utf8, out string field);
        return fault == Fault.None ? calls.Effects.AddHeader(field) : fault;
    }

    public Fault ReadMessage(long offset, Span<byte> buffer, out int count)
    {
        count = 0;
        if (!IsIn(HandlerSteps.Message))
            return WrongStep();
        return offset < 0
            ? FaultReason.Because(Fault.Argument, "offset: below 0")
            : calls.Effects.ReadMessage(offset, buffer, out count);
    }

    public Fault GetPath(out string? path)
    {
        path = null;
        return IsIn(HandlerSteps.Message) ? calls.Effects.GetPath(out path) : WrongStep();
    }

    /// <summary>Why a host's name for who has logged in is none; null: it is one.</summary>
    public static string? WhyNoLogin(string user)
        => user.Length == 0 || user.Any(char.IsControl) || Encoding.UTF8.GetByteCount(user) > MostLoginOctets
            ? "user: a name has 1 to 255 octets without controls"
            : null;

    private bool IsIn(HandlerSteps steps) => IsOpen && (calls.Step & steps) != 0;

    // A look-up may be VRFY's, outside a transaction; MAIL is about to begin one.
    private bool IsInTransaction(HandlerSteps steps)
        => IsIn(steps) && (calls.Step == HandlerSteps.Mail || Session.IsInTransaction);

    private static Fault WrongStep() => FaultReason.Because(Fault.State, NoHandlerRuns);

    private static Fault NoAddress() => FaultReason.Because(Fault.Argument, "address: it is none");
}
