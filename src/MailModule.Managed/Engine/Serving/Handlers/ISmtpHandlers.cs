using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// One table of handlers of a host: what an SMTP session asks it, step by step. Each answers a
/// <see cref="HandlerVerdict"/> or a reply code. Called on the pool for handlers (it may block) or, with the setting
/// <c>callback_inline</c>, on the session's own thread; two for one session never run at once. What a handler throws,
/// and an answer that does not fit the step, is logged and answered 451: the session goes on.
/// </summary>
public interface ISmtpHandlers
{
    /// <summary>The steps that the table has a handler for: no other is called. Fixed.</summary>
    HandlerSteps Steps { get; }

    /// <summary>A client has connected, before the greeting. REJECT: 554.</summary>
    int Connect(IHandlerSession session);

    int Helo(IHandlerSession session, string name);

    /// <summary>EHLO or LHLO. Lines added to the reply are further extensions.</summary>
    int Ehlo(IHandlerSession session, string name);

    /// <summary>What the client has to tell for AUTH is there. ACCEPT: logged in. REJECT: 535.</summary>
    int Auth(IHandlerSession session, LoginRequest login);

    /// <summary>
    /// The password of a user, for mechanisms that do not show it; <see cref="IHandledSession.SetSecret"/> gives it.
    /// </summary>
    int Secret(IHandlerSession session, string user);

    /// <summary>MAIL, SEND, SOML or SAML; the last three are 502 where nobody accepts them.</summary>
    int Mail(IHandlerSession session, MailRequest mail);

    /// <summary>What becomes of mail to a domain: LOCAL, FORWARD, REJECT, CONTINUE.</summary>
    /// <param name="domain">In lower case, as A-labels; empty for a bare postmaster.</param>
    /// <param name="route">The hosts of the source route.</param>
    int Domain(IHandlerSession session, string domain, IReadOnlyList<string> route);

    /// <summary>
    /// RCPT of an address at a local domain, or VRFY: the address in its argument, else that. ACCEPT: valid, perhaps
    /// expanded (<see cref="IHandlerSession.SetExpansion"/>), which VRFY tells; AMBIGUOUS: 553; REJECT: 550;
    /// ERROR: 451.
    /// </summary>
    int Lookup(IHandlerSession session, string address);

    /// <summary>RCPT, before <see cref="Domain"/> and <see cref="Lookup"/> are asked.</summary>
    int Rcpt(IHandlerSession session, RcptRequest rcpt);

    /// <summary>DATA, or the first BDAT. DONE: the host takes the content, the library keeps none. REJECT: 554.
    /// </summary>
    int Data(IHandlerSession session);

    /// <summary>
    /// A piece of the content, at most 64 KiB of CRLF lines, dots unstuffed. CONTINUE, ACCEPT: go on; PENDING: the
    /// client waits; else the message is refused at its end, and the table gets no more of it.
    /// </summary>
    /// <param name="octets">Valid until this returns. Empty only in an empty last piece.</param>
    int Chunk(IHandlerSession session, ReadOnlySpan<byte> octets, bool isFirst, bool isLast);

    /// <summary>
    /// The whole message; <see cref="IHandlerSession.ReadMessage"/> and <see cref="IHandlerSession.GetPath"/> give it.
    /// CONTINUE, ACCEPT: stored and delivered; DONE: the host has it, no copy is kept, 250. REJECT: 554.
    /// </summary>
    /// <param name="size">Octets, without fields that the library puts in front.</param>
    int Message(IHandlerSession session, long size);

    int Verify(IHandlerSession session, string name);

    int Expand(IHandlerSession session, string list);

    int Help(IHandlerSession session, string topic);

    int Noop(IHandlerSession session, string text);

    /// <summary>RSET: the transaction ends, whatever is answered.</summary>
    int Reset(IHandlerSession session);

    /// <summary>A reply code or REJECT counts; the library itself never turns: 502.</summary>
    int Turn(IHandlerSession session);

    /// <summary>A command that the library does not know; CONTINUE: 500.</summary>
    int Unknown(IHandlerSession session, string verb, string argument);

    /// <summary>The client was silent, or slow, for too long: it has been told 421.</summary>
    void Timeout(IHandlerSession session);

    /// <summary>The session ended by a failure: it was lost, cut, or broke the protocol beyond bearing.</summary>
    void Error(IHandlerSession session, Fault fault, string text);

    /// <summary>
    /// The session is over; the last call, once for each session of which the table has heard, whether or not
    /// <see cref="Steps"/> has it: without that bit it comes on a thread of the session's and must not block, for it
    /// calls no host then.
    /// </summary>
    void Close(IHandlerSession session);
}
