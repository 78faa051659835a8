namespace MailModule.Engine.Serving.Handlers;

/// <summary>Of which protocol a reply is.</summary>
internal enum ReplyForm
{
    /// <summary>A status is an enhanced one (RFC 3463).</summary>
    Smtp,
    /// <summary>A status is a response code (RFC 2449 §8).</summary>
    Pop3,
}
