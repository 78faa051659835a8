using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>An answer that a handler owes its session, which holds no thread meanwhile.</summary>
public sealed class PendingAnswer
{
    internal PendingAnswer()
    {
    }

    /// <inheritdoc cref="IHandlerSession.SetReply"/>
    /// <remarks>One thread at a time, before <see cref="Answer"/>.</remarks>
    public Fault SetReply(int code, string? status, string? text) => throw new NotImplementedException();

    /// <inheritdoc cref="IHandlerSession.AddReplyLine"/>
    public Fault AddReplyLine(string text) => throw new NotImplementedException();

    /// <summary>
    /// Gives the answer; any thread, even before the handler has returned. Once: <see cref="Fault.Handle"/> behind
    /// that, <see cref="Fault.Timeout"/> when the deadline's verdict counts already, <see cref="Fault.Closed"/> when
    /// the session is over.
    /// </summary>
    /// <param name="verdict">Not <see cref="HandlerVerdict.Pending"/>.</param>
    public Fault Answer(int verdict) => throw new NotImplementedException();
}
