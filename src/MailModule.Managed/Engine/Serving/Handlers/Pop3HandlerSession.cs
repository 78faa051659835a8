using MailModule.Pop3.Server;
using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>A POP3 session as the handlers of one table see it.</summary>
internal sealed class Pop3HandlerSession(Pop3HandlerCalls calls, int table) : IPop3HandlerSession
{
    private bool IsOpen => calls.IsOpenTo(table);

    public object? User { get; set; }

    /// <summary>The mailbox that its handler was asked for; a late call of the host's comes to no other's.</summary>
    public HostMessageList? Offered { get; set; }

    /// <summary>The message that it gives; as above.</summary>
    public HostPieces? Pieces { get; set; }

    public SessionInfo? Info => IsOpen ? InfoOf(calls.Session) : null;

    public Fault SetReply(int code, string? status, string? text) => calls.SetReply(table, code, status, text);

    public Fault AddReplyLine(string text) => calls.AddReplyLine(table, text);

    public Fault Defer(TimeSpan timeout, int verdict, out PendingAnswer? pending)
    {
        pending = null;
        return IsOpen ? calls.Defer(timeout, verdict, out pending) : WrongStep();
    }

    public Fault SetLogin(string user)
    {
        if (!IsIn(Pop3Steps.Auth))
            return WrongStep();
        if (HandlerSession.WhyNoLogin(user) is { } reason)
            return FaultReason.Because(Fault.Argument, reason);
        calls.Findings.Login = user;
        return Fault.None;
    }

    public Fault SetSecret(string secret)
    {
        if (!IsIn(Pop3Steps.Secret))
            return WrongStep();
        if (secret.Any(char.IsControl))
            return FaultReason.Because(Fault.Argument, "secret: no CR, LF, NUL or other control");
        calls.Findings.Secret = secret;
        return Fault.None;
    }

    public Fault AddMessage(long octets, string id, nint data)
        => MayTell(Pop3Steps.Open) && Offered is { } offered ? offered.Add(octets, id, data) : WrongStep();

    public Fault Write(ReadOnlySpan<byte> octets)
        => MayTell(Pop3Steps.Retrieve | Pop3Steps.Read) && Pieces is { } pieces ? pieces.Write(octets) : WrongStep();

    private bool IsIn(Pop3Steps steps) => IsOpen && (calls.Step & steps) != 0;

    private bool MayTell(Pop3Steps steps) => IsIn(steps) && calls.IsAnswerOpen(table);

    private SessionInfo InfoOf(Pop3Session session) => new()
    {
        Client = session.Peer.RemoteEndPoint,
        ConnectedFrom = session.Peer.TransportEndPoint,
        Server = session.Peer.LocalEndPoint,
        Protocol = session.IsTls ? "POP3S" : "POP3",
        Tls = session.Peer.TlsDescription ?? "",
        TlsName = session.Peer.ServerName ?? "",
        Certificate = session.Peer.VerifiedCertificate?.Subject ?? "",
        User = session.State == Pop3State.Transaction ? session.User ?? "" : "",
        Mechanism = calls.Effects.Mechanism,
        Began = calls.Began,
        Messages = session.Retrieved,
    };

    private static Fault WrongStep() => FaultReason.Because(Fault.State, HandlerSession.NoHandlerRuns);
}
