using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// A session, whatever its protocol, as the handlers of one table see it: the same object for all calls of one session
/// and table. Its members may be used while a handler runs or its answer is owed, by one thread at a time; else, and in
/// a step in which they would have no effect, they are <see cref="Fault.State"/>, or empty, save <see cref="User"/>.
/// The reason of a fault tells <see cref="FaultReason"/>.
/// </summary>
public interface IHandledSession
{
    /// <summary>The host's own object for this session and table. Any time.</summary>
    object? User { get; set; }

    /// <summary>Null outside the handlers.</summary>
    SessionInfo? Info { get; }

    /// <summary>
    /// Sets the reply to the step, or to the answer that is owed, which goes with a verdict that accepts or refuses as
    /// its code does; the last one counts. <see cref="Fault.Argument"/>: a code, status or text that is none.
    /// </summary>
    /// <param name="code">200 to 599; 0: the one that goes with the verdict.</param>
    /// <param name="status">Enhanced status, over POP3 a response code without its brackets (RFC 2449 §8); null: one
    /// that goes with the code.</param>
    /// <param name="text">The first line; null: the library's.</param>
    Fault SetReply(int code, string? status, string? text);

    /// <summary>
    /// One more line; <see cref="Fault.Limit"/> behind a hundred, <see cref="Fault.State"/> where the reply is one
    /// line: in Helo, and over POP3 in all steps but Capabilities.
    /// </summary>
    Fault AddReplyLine(string text);

    /// <summary>
    /// Puts off the answer of the handler that runs, which must return <see cref="HandlerVerdict.Pending"/>. Once in a
    /// handler, else <see cref="Fault.State"/>.
    /// </summary>
    /// <param name="timeout">Until the verdict here counts; zero: the setting <c>handler_timeout</c>.</param>
    /// <param name="verdict">For then; <see cref="HandlerVerdict.Continue"/>: 451.</param>
    Fault Defer(TimeSpan timeout, int verdict, out PendingAnswer? pending);

    /// <summary>In Auth: the name that is logged in, where it is not the one the client told.</summary>
    Fault SetLogin(string user);

    /// <summary>In Secret: the password, plain or in a stored form.</summary>
    Fault SetSecret(string secret);
}
