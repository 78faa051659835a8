using MailModule.Authentication.Checks;
using MailModule.Engine.Serving.Handlers;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What a session of another protocol is as one of SMTP: always outside of its handlers.
/// </summary>
internal sealed class NoSmtpSession : IHandlerSession
{
    public static readonly NoSmtpSession Only = new();

    private NoSmtpSession()
    {
    }

    public object? User
    {
        get => null;
        set { }
    }

    public SessionInfo? Info => null;
    public IReadOnlyList<SessionCheck> Checks => [];
    public IReadOnlyList<MethodResult> Authentication => [];
    public string? Sender => null;
    public int RecipientCount => 0;

    public Fault SetReply(int code, string? status, string? text) => WrongProtocol();
    public Fault AddReplyLine(string text) => WrongProtocol();
    public Fault SetRecipientReply(int index, int code, string? status, string? text) => WrongProtocol();

    public Fault Defer(TimeSpan timeout, int verdict, out PendingAnswer? pending)
    {
        pending = null;
        return WrongProtocol();
    }

    public Fault SetLogin(string user) => WrongProtocol();
    public Fault SetSecret(string secret) => WrongProtocol();
    public Fault SetSender(string address) => WrongProtocol();
    public RcptRequest? RecipientAt(int index) => null;
    public Fault AddRecipient(string address) => WrongProtocol();
    public Fault RemoveRecipient(int index) => WrongProtocol();
    public Fault SetExpansion(string address) => WrongProtocol();
    public Fault AddHeader(string name, string value) => WrongProtocol();

    public Fault ReadMessage(long offset, Span<byte> buffer, out int count)
    {
        count = 0;
        return WrongProtocol();
    }

    public Fault GetPath(out string? path)
    {
        path = null;
        return WrongProtocol();
    }

    private static Fault WrongProtocol() => FaultReason.Because(Fault.State, "it is no session of an SMTP server");
}
