using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>What a POP3 session asks the rest of the engine. Called on the session's owner thread and must not block;
/// what may block answers Pending, works on a worker and ends with one <see cref="Pop3Session.Answer"/>. On a worker it
/// may as well work at once and answer so.</summary>
internal interface IPop3Backend
{
    /// <summary>User and password (octets, to be cleared by the callee) are known. On Accept the backend has set
    /// <see cref="Pop3Session.Maildrop"/>. A refusal without text, or with one that begins with [AUTH], counts as a
    /// failed login; it must not tell whether the user exists.</summary>
    Pop3Verdict Login(Pop3Session session, string user, byte[] password);

    /// <summary>RETR (<paramref name="lines"/> -1) or TOP. On Accept the backend has set
    /// <see cref="Pop3Session.Message"/>, an open stream of LF lines that the session reads in pieces by
    /// <see cref="Read"/> and disposes of; or it holds the answer to a RETR ready, and perhaps those to the next, and
    /// <see cref="TryAnswer"/> writes them.</summary>
    Pop3Verdict Open(Pop3Session session, int index, int lines);

    /// <summary>Writes the whole answer to a RETR if it is at hand. Asked before <see cref="Open"/>, which then is not
    /// called, and after an Accept without <see cref="Pop3Session.Message"/>.</summary>
    bool TryAnswer(Pop3Session session, int index, Output output);

    /// <summary>Fills <paramref name="buffer"/> with the next octets of the open message; 0 at its end, -1 on failure,
    /// -2 pending (then <see cref="Pop3Session.AnswerRead"/>).</summary>
    int Read(Pop3Session session, byte[] buffer);

    /// <summary>
    /// QUIT with deletions (indexes in <see cref="Pop3Session.Deleted"/>). Refuse means some are still there (RFC 1939
    /// §6).
    /// </summary>
    Pop3Verdict Quit(Pop3Session session);

    /// <summary>The connection is gone; the last call. The session itself gives back the maildrop and an open message:
    /// after a QUIT before its answer is sent, else right after this call.</summary>
    void Closed(Pop3Session session);
}
