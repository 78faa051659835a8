using MailModule.Authentication.Checks;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Server;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>What handlers' answers and wishes do to a session; its owner, one thread at a time.</summary>
internal interface ISessionEffects
{
    /// <summary>The answer that was not known when the step was asked for: carries the session on.</summary>
    void Answered(HandlerSteps step, StepAnswer answer);

    /// <summary>The client may relay.</summary>
    bool IsTrusted(SmtpSession session);

    IReadOnlyList<SessionCheck> Checks { get; }

    /// <summary>Of the message under way, as far as it is known.</summary>
    IReadOnlyList<MethodResult> Authentication { get; }

    /// <summary>Messages that were taken.</summary>
    int Messages { get; }

    Fault AddRecipient(MailAddress address);

    /// <summary>A whole field, folded, with its CRLF.</summary>
    Fault AddHeader(string field);

    Fault SetRecipientReply(int index, HandlerReply reply);

    Fault ReadMessage(long offset, Span<byte> buffer, out int count);

    Fault GetPath(out string? path);
}
