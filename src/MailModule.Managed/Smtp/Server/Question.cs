using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>What follows a verdict. A reply of null means the ordinary one.</summary>
internal delegate Next VerdictHandler(SmtpSession session, bool isAccepted, Reply? reply, Output output);

/// <summary>
/// A question of a session to its backend, and what follows each verdict: state, effect and reply. A verdict that
/// closes needs no row: it discards the transaction.
/// </summary>
/// <param name="Ask">Puts the question.</param>
internal sealed record Question(Func<SmtpSession, Verdict> Ask)
{
    public static readonly Question Connect = new(static session => session.Backend.Connect(session))
    {
        Follow = static (session, isAccepted, reply, output) => session.Greet(isAccepted, reply, output),
    };

    public static readonly Question Command = new(static session => session.Backend.Command(session))
    {
        Follow = static (session, isAccepted, reply, output)
            => session.Rule!.Follow(session, isAccepted, reply, output),
    };

    public static readonly Question FindSecret = new(AuthCommand.AskForSecret)
    {
        Follow = AuthCommand.EndSecret,
    };

    public static readonly Question Login = new(AuthCommand.AskLogin)
    {
        Follow = AuthCommand.EndLogin,
    };

    public static readonly Question Mail =
        new(static session => session.Backend.Mail(session, session.Envelope, session.DeclaredSize))
        {
            StateIfAccepted = SmtpState.Mail,
            Accepted = Replies.SenderOk250,
            IfRefused = static session => session.EndTransaction(),
        };

    public static readonly Question Rcpt =
        new(static session => session.Backend.Rcpt(session, session.Envelope, in session.Transaction.Rcpt))
        {
            StateIfAccepted = SmtpState.Rcpt,
            IfAccepted = static session => session.Transaction.AddRcpt(),
            Accepted = Replies.RecipientOk250,
        };

    public static readonly Question Data = new(static session => session.Backend.Data(session, session.Envelope))
    {
        Follow = static (session, isAccepted, reply, output) => session.BeginOrRefuseContent(isAccepted, reply, output),
    };

    /// <summary>The backend does not notice how the content comes.</summary>
    public static readonly Question FirstChunk = new(static session => session.Backend.Data(session, session.Envelope))
    {
        Follow = static (session, isAccepted, reply, output) => session.BeginOrRefuseChunks(isAccepted, reply, output),
    };

    public static readonly Question EndOfData = new(static session => session.Backend.EndOfData(session))
    {
        StateIfAccepted = SmtpState.Ready,
        Follow = static (session, isAccepted, reply, output) => session.EndMessage(isAccepted, reply, output),
    };

    /// <summary>The state that an acceptance leads to, even one that the session does not live to hear; None: the same.
    /// </summary>
    public SmtpState StateIfAccepted { get; init; }

    /// <summary>What the session does before it replies; null: nothing.</summary>
    public Action<SmtpSession>? IfAccepted { get; init; }
    public Action<SmtpSession>? IfRefused { get; init; }

    /// <summary>The ordinary replies.</summary>
    public Reply Accepted { get; init; } = Replies.Ok250;
    public Reply Refused { get; init; } = Replies.Refused550;

    /// <summary>In place of effect and reply, where they are not of the ordinary kind; null: they are.</summary>
    public VerdictHandler? Follow { get; init; }
}
