using MailModule.Mail.Logins.Server;
using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>What a POP3 session asks the rest of the engine. Called on the session's owner thread and must not block;
/// what may block answers Pending, works on a worker and ends with one <see cref="Pop3Session.Answer"/>. On a worker it
/// may as well work at once and answer so.</summary>
/// <remarks>The maildrop and the open message are the backend's: it opens them, closes them, and knows where that may
/// block. The session sees numbers and sizes, and octets.</remarks>
internal interface IPop3Backend
{
    /// <summary>What else is asked; the same for all of a session.</summary>
    Pop3Asked Asked => Pop3Asked.None;

    /// <summary>Asked before the greeting, if it is of <see cref="Asked"/>. A text on Accept is said in place of the
    /// ordinary greeting. Refuse and Close: the client hears the text, and the session ends.</summary>
    Pop3Verdict Connect(Pop3Session session) => Pop3Verdict.Accept;

    /// <summary>A command of <see cref="Asked"/>, which <see cref="Pop3Session.CommandLine"/> has. What is to be added
    /// to the answer to CAPA goes to <see cref="Pop3Session.MoreCapabilities"/>.</summary>
    Pop3Verdict Command(Pop3Session session, Pop3Asked what) => Pop3Verdict.Accept;

    /// <summary>What is stored of the password of <see cref="SaslExchange.User"/>, which the client proves and does not
    /// tell. On Accept <see cref="SecretExchange.Secret"/> is set, also for a name that is nobody's.</summary>
    Pop3Verdict FindSecret(Pop3Session session, SecretExchange exchange);

    /// <summary>All that the client has to tell is known; the callee clears what is secret of it. On Accept the backend
    /// holds the maildrop, has set <see cref="Pop3Session.Messages"/>, and has put the user's own name into
    /// <see cref="SaslExchange.User"/>. A refusal without text, or with one that begins with [AUTH], counts as a failed
    /// login; it must not tell whether the user exists.</summary>
    Pop3Verdict Login(Pop3Session session, SaslExchange exchange);

    /// <summary>
    /// A login was <see cref="Pop3VerdictKind.PassedOn"/>, and the client is told so: from here on the connection has
    /// another session, which the callee gives it. Only <see cref="Closed"/> follows.
    /// </summary>
    void PassOn(Pop3Session session)
    {
    }

    /// <summary>DELE, if it is of <see cref="Asked"/>; Accept: the message is marked.</summary>
    Pop3Verdict Delete(Pop3Session session, int index) => Pop3Verdict.Accept;

    /// <summary>RSET, if it is of <see cref="Asked"/>; no message is marked any more, whatever the verdict.</summary>
    Pop3Verdict Reset(Pop3Session session) => Pop3Verdict.Accept;

    /// <summary>RETR (<paramref name="lines"/> -1) or TOP. On Accept the backend holds the message open, LF lines that
    /// the session reads in pieces by <see cref="Read"/>; or it holds the answer to a RETR ready, and perhaps those to
    /// the next, and <see cref="TryAnswer"/> writes them. On Close it has given the maildrop back, as at
    /// <see cref="Quit"/>.</summary>
    Pop3Verdict Open(Pop3Session session, int index, int lines);

    /// <summary>Writes the whole answer to a RETR if it is at hand. Asked before <see cref="Open"/>, which then is not
    /// called, and after an Accept.</summary>
    bool TryAnswer(Pop3Session session, int index, Output output);

    /// <summary>Fills <paramref name="buffer"/> with the next octets of the open message; 0 at its end, -1 on failure,
    /// which both close it; -2 pending (then <see cref="Pop3Session.AnswerRead"/>).</summary>
    int Read(Pop3Session session, byte[] buffer);

    /// <summary>
    /// A message went out whole, and it had another size than <see cref="Pop3Session.Messages"/> told. Does not block;
    /// the size is right from then on.
    /// </summary>
    void NoteSize(Pop3Session session, int index, long wireLength);

    /// <summary>The session needs no more of the message, though <see cref="Read"/> has not come to its end.</summary>
    void CloseMessage(Pop3Session session);

    /// <summary>
    /// QUIT after a login. Deletes what is marked (indexes in <see cref="Pop3Session.Deleted"/>) and gives the maildrop
    /// back, whatever the verdict: a client that reads it may log in again at once. Refuse means some are still there
    /// (RFC 1939 §6).
    /// </summary>
    Pop3Verdict Quit(Pop3Session session);

    /// <summary>The client speaks another protocol; the session closes.</summary>
    void NotPop3(Pop3Session session);

    /// <inheritdoc cref="ISession.PeerReset"/>
    bool PeerReset(Pop3Session session) => false;

    /// <summary>The connection is gone; the last call. Gives back what the backend still holds.</summary>
    void Closed(Pop3Session session);
}
