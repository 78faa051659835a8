using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>What follows a verdict.</summary>
internal delegate Next Pop3VerdictHandler(Pop3Session session, Pop3Verdict verdict, Output output);

/// <summary>A question of a session to its backend, and what follows the verdict: state, effect and reply.</summary>
/// <param name="Ask">Puts the question.</param>
/// <param name="Follow">Acts on the verdict, which is not <see cref="Pop3VerdictKind.Pending"/>.</param>
internal sealed record Pop3Question(Func<Pop3Session, Pop3Verdict> Ask, Pop3VerdictHandler Follow)
{
    public static readonly Pop3Question Connect = new(
        static session => session.AskConnect(),
        static (session, verdict, output) => session.OnConnectVerdict(verdict, output));

    public static readonly Pop3Question Capabilities = new(
        static session => session.AskCommand(Pop3Asked.Capabilities),
        static (session, verdict, output) => session.OnCapabilitiesVerdict(verdict, output));

    public static readonly Pop3Question Noop = new(
        static session => session.AskCommand(Pop3Asked.Noop),
        static (session, verdict, output) => session.OnNoopVerdict(verdict, output));

    public static readonly Pop3Question Unknown = new(
        static session => session.AskCommand(Pop3Asked.Unknown),
        static (session, verdict, output) => session.OnUnknownVerdict(verdict, output));

    public static readonly Pop3Question Delete = new(
        static session => session.AskDelete(),
        static (session, verdict, output) => session.OnDeleteVerdict(verdict, output));

    public static readonly Pop3Question Reset = new(
        static session => session.AskReset(),
        static (session, verdict, output) => session.OnResetVerdict(verdict, output));

    public static readonly Pop3Question Login = new(
        static session => session.AskLogin(),
        static (session, verdict, output) => Pop3Authentication.OnLoginVerdict(session, verdict, output));

    public static readonly Pop3Question FindSecret = new(
        static session => session.AskSecret(),
        static (session, verdict, output) => Pop3Authentication.OnSecretVerdict(session, verdict, output));

    public static readonly Pop3Question Message = new(
        static session => session.AskMessage(),
        static (session, verdict, output) => session.OnOpenVerdict(verdict, output));

    // RFC 1939 §6: only QUIT in the TRANSACTION state deletes.
    public static readonly Pop3Question Quit = new(
        static session => session.State == Pop3State.Transaction ? session.AskQuit() : Pop3Verdict.Accept,
        static (session, verdict, output) => session.OnQuitVerdict(verdict, output));
}
