using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// One table of handlers of a host: what a POP3 session asks it, step by step. Each answers a
/// <see cref="HandlerVerdict"/> or a reply code, of which only the kind is told: 200 to 399 accepts, 400 to 599
/// refuses, 421 closes too. Called on the pool for handlers (it may block) or, with the setting
/// <c>callback_inline</c>, on the session's own thread; two for one session never run at once. What a handler throws,
/// and an answer that does not fit the step, is logged and answered "-ERR [SYS/TEMP]": the session goes on.
/// </summary>
public interface IPop3Handlers
{
    /// <summary>The steps that the table has a handler for: no other is called. Fixed.</summary>
    Pop3Steps Steps { get; }

    /// <summary>A client has connected, before the greeting. REJECT, CLOSE: -ERR, and the end.</summary>
    int Connect(IPop3HandlerSession session);

    /// <summary>CAPA. With ACCEPT, lines added to the reply are further capabilities.</summary>
    int Capabilities(IPop3HandlerSession session);

    /// <summary>
    /// What the client has to tell is there. ACCEPT: logged in; REJECT: a wrong password; ERROR: none that could be
    /// looked at.
    /// </summary>
    int Auth(IPop3HandlerSession session, LoginRequest login);

    /// <summary>
    /// The password of a user, for logins that do not show it; <see cref="IHandledSession.SetSecret"/> gives it.
    /// </summary>
    int Secret(IPop3HandlerSession session, string user);

    /// <summary>
    /// Who has logged in wants his mailbox. ACCEPT: <see cref="IPop3HandlerSession.AddMessage"/> has told its messages,
    /// and the table has it from here on; CONTINUE: the library's own; REJECT: in use; ERROR: not now.
    /// </summary>
    /// <param name="folder">Of the mailbox; empty: itself.</param>
    int Open(IPop3HandlerSession session, string name, string folder);

    /// <summary>
    /// RETR or TOP. DONE: <see cref="IPop3HandlerSession.Write"/> has given all of the message; ACCEPT:
    /// <see cref="Read"/> gives it, behind what was written here; CONTINUE: out of the library's mailbox.
    /// </summary>
    int Retrieve(IPop3HandlerSession session, MessageRequest message);

    /// <summary>
    /// The next octets of a message. CONTINUE: something was written, and there is more; DONE: that was the last.
    /// Anything else cuts the connection.
    /// </summary>
    /// <param name="room">Octets that can be written, at least 16,384.</param>
    int Read(IPop3HandlerSession session, int room);

    /// <summary>DELE. REJECT: it is not marked.</summary>
    int Delete(IPop3HandlerSession session, MessageRequest message);

    /// <summary>RSET: no message is marked any more, whatever is answered.</summary>
    int Reset(IPop3HandlerSession session);

    /// <summary>
    /// QUIT, once for each marked message. DONE, and ACCEPT of the table that has the mailbox: the host has deleted it;
    /// CONTINUE, and ACCEPT elsewhere: the library deletes it out of its mailbox when all have been asked; REJECT: it
    /// stays.
    /// </summary>
    int Remove(IPop3HandlerSession session, MessageRequest message);

    /// <summary>QUIT, behind the last <see cref="Remove"/>, also where there was none. REJECT, ERROR: -ERR.</summary>
    int Update(IPop3HandlerSession session);

    int Noop(IPop3HandlerSession session, string text);

    /// <summary>A command that the library does not know; CONTINUE: -ERR.</summary>
    int Unknown(IPop3HandlerSession session, string verb, string argument);

    /// <summary>The client was silent, or slow, for too long.</summary>
    void Timeout(IPop3HandlerSession session);

    /// <summary>The session ended by a failure.</summary>
    void Error(IPop3HandlerSession session, Fault fault, string text);

    /// <summary>The session is over; as <see cref="ISmtpHandlers.Close"/>.</summary>
    void Close(IPop3HandlerSession session);
}
