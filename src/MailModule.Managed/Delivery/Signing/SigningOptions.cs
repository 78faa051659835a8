using MailModule.Authentication.Dkim;
using MailModule.Primitives;

namespace MailModule.Delivery.Signing;

/// <summary>How messages of ours are signed (RFC 6376), as the settings of one moment say. Any thread.</summary>
/// <param name="Keys">With which, by domain; not empty.</param>
internal sealed record SigningOptions(IDkimKeys Keys)
{
    /// <summary>
    /// RFC 6376 §5.3: what other hosts would have to encode (eight-bit text, lines that are too long) is encoded
    /// before the message is signed, so that no relay breaks the signature.
    /// </summary>
    public bool Converts { get; init; } = true;

    public TimeProvider Time { get; init; } = TimeProvider.System;
    public Log Log { get; init; } = Log.None;
}
