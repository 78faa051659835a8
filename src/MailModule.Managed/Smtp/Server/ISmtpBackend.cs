using MailModule.Mail;
using MailModule.Mail.Logins.Server;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>What a verdict says.</summary>
internal enum VerdictKind
{
    /// <summary>The step is accepted.</summary>
    Accept,
    /// <summary>Refused with the reply of the verdict; the session continues, unless that is 421.</summary>
    Refuse,
    /// <summary>Refused with the reply of the verdict (none if it has none); the connection closes.</summary>
    Close,
    /// <summary>Not known yet: <see cref="SmtpSession.Answer"/> will say, from any thread.</summary>
    Pending,
}

/// <summary>The verdict on one step. A reply of null means the step's ordinary one.</summary>
internal readonly record struct Verdict(VerdictKind Kind, Reply? Reply = null)
{
    public static readonly Verdict Accept = new(VerdictKind.Accept);
    public static readonly Verdict Pending = new(VerdictKind.Pending);
    public static Verdict Refuse(Reply reply) => new(VerdictKind.Refuse, reply);
    public static Verdict Close(Reply? reply) => new(VerdictKind.Close, reply);
}

/// <summary>
/// What an SMTP session asks the rest of the engine: verdicts and effects. Called on the session's owner thread and
/// must not block: a method that may block answers <see cref="Verdict.Pending"/>, does it on a worker, and ends with
/// one <see cref="SmtpSession.Answer"/>.
/// </summary>
internal interface ISmtpBackend
{
    /// <summary>What <see cref="Command"/> is asked about; always the same.</summary>
    AskedCommands Asked => AskedCommands.None;

    /// <summary>
    /// A command of <see cref="Asked"/> was in order: <see cref="SmtpSession.Asked"/> with
    /// <see cref="SmtpSession.CommandArgument"/>. Accept lets the session do what the verb says, with the reply of the
    /// verdict if it has one.
    /// </summary>
    Verdict Command(SmtpSession session) => Verdict.Accept;

    /// <summary>A client has connected, before the greeting (on a TLS port after the handshake).</summary>
    Verdict Connect(SmtpSession session);

    /// <summary>
    /// AUTH came to where the client has to prove that it knows a user's password. Accept: the exchange has its
    /// <see cref="SecretExchange.Secret"/>, also for a name that is nobody's.
    /// </summary>
    Verdict FindSecret(SmtpSession session, SecretExchange exchange);

    /// <summary>
    /// AUTH gave all that the client has to tell; the callee clears it. Accept means logged in, and that the user may
    /// act as <see cref="SaslExchange.Identity"/>.
    /// </summary>
    Verdict Login(SmtpSession session, SaslExchange exchange);

    /// <summary>MAIL was grammatical and in order; the envelope has its reverse-path and parameters.</summary>
    Verdict Mail(SmtpSession session, Envelope envelope, long declaredSize);

    /// <summary>
    /// RCPT was grammatical and in order. On Accept the backend has added the recipient to the envelope
    /// (<see cref="RcptArgument.ToRecipient"/>).
    /// </summary>
    /// <param name="rcpt">Address and parameters; gone after the call.</param>
    Verdict Rcpt(SmtpSession session, Envelope envelope, in RcptArgument rcpt);

    /// <summary>DATA with at least one recipient. Accept sends 354 and the content goes to <see cref="Append"/>; Refuse
    /// ends the transaction. While the verdict is pending the backend may have taken part of the content itself
    /// (<see cref="SmtpSession.BeginContent"/>); then 354 is out already, Accept lets the rest flow to
    /// <see cref="Append"/>, and Refuse is the reply to the final dot, the rest thrown away.</summary>
    Verdict Data(SmtpSession session, Envelope envelope);

    /// <summary>
    /// A piece of the content: CRLF lines, unstuffed. False: taken, but no more until
    /// <see cref="SmtpSession.ResumeContent"/>.
    /// </summary>
    bool Append(SmtpSession session, ReadOnlySpan<byte> content);

    /// <summary>
    /// The final dot was read, and the content keeps every rule. Accept means 250: the message is durable or the host
    /// has accepted it.
    /// </summary>
    Verdict EndOfData(SmtpSession session);

    /// <summary>The transaction ended without a message accepted: RSET, EHLO, a refusal of DATA or after it, a rule
    /// that the content breaks, loss. Once for each transaction whose MAIL was accepted and that
    /// <see cref="EndOfData"/> did not accept; the envelope is still the session's.</summary>
    void Discard(SmtpSession session);

    /// <summary>
    /// One of many unwelcome commands is to be refused: with this reply, now or, by a verdict that is pending, later.
    /// </summary>
    Verdict Unwelcome(SmtpSession session, Reply reply) => Verdict.Refuse(reply);

    /// <summary>The client speaks another protocol; the session closes.</summary>
    void NotSmtp(SmtpSession session);

    /// <inheritdoc cref="ISession.PeerReset"/>
    bool PeerReset() => false;

    /// <summary>The connection is gone; the last call.</summary>
    void Closed(SmtpSession session);
}
