using MailModule.Primitives;
using MailModule.Smtp;

namespace MailModule.Delivery.Remote;

/// <summary>Why an attempt ended.</summary>
/// <param name="Fault">None when the work was done and QUIT said.</param>
/// <param name="Reply">The server's words, if they decided.</param>
/// <param name="IsPermanent">
/// No later attempt will help (no such domain, null MX, every host refuses for good).
/// </param>
/// <param name="Status">Enhanced status (RFC 3463) if it is known beside the reply; else empty.</param>
/// <param name="Text">For a human.</param>
/// <param name="WasReady">
/// A host was ready for mail in this attempt: so the next hop is not down, the connection has merely ended.
/// </param>
internal sealed record AttemptEnd(
    Fault Fault, Reply? Reply, bool IsPermanent, string Status, string Text, bool WasReady);
