using MailModule.Mailbox;

namespace MailModule.Pop3.Server;

/// <summary>How a POP3 step came out. A text is what follows +OK or -ERR; null for the ordinary one.</summary>
public readonly record struct Pop3Verdict(Pop3Outcome Outcome, string? Text = null);

public enum Pop3Outcome
{
    Accept,
    Refuse,
    /// <summary>Refuse and close.</summary>
    Close,
    /// <summary><see cref="Pop3Session.Answer"/> will say, from any thread.</summary>
    Pending,
}

/// <summary>What a POP3 session asks the rest of the engine. Called on the session's owner thread and must not block; what may block answers
/// Pending, works on a worker and ends with one <see cref="Pop3Session.Answer"/>.</summary>
public interface IPop3Backend
{
    /// <summary>User and password are known. On Accept the backend has set <see cref="Pop3Session.Maildrop"/>.</summary>
    Pop3Verdict Login(Pop3Session session, string user, byte[] password);

    /// <summary>RETR (<paramref name="lines"/> -1) or TOP. On Accept the backend has set <see cref="Pop3Session.Message"/>, an open stream of LF lines that the session
    /// reads in pieces and disposes of; the pieces are read inside <see cref="Read"/>.</summary>
    Pop3Verdict Open(Pop3Session session, int index, int lines);

    /// <summary>Fills <paramref name="buffer"/> with the next octets of the open message; 0 at its end, -1 on failure, -2 pending (then <see cref="Pop3Session.AnswerRead"/>).</summary>
    int Read(Pop3Session session, byte[] buffer);

    /// <summary>QUIT with deletions (indexes in <see cref="Pop3Session.Deleted"/>). Refuse means some are still there (RFC 1939 §6).</summary>
    Pop3Verdict Quit(Pop3Session session);

    /// <summary>The connection is gone; the last call. The maildrop is given back here or after QUIT.</summary>
    void Closed(Pop3Session session);
}
