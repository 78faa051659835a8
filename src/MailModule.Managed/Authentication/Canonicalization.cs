namespace MailModule.Authentication;

/// <summary>What a message may suffer on its way without a signature breaking (RFC 6376 §3.4).</summary>
internal enum Canonicalization
{
    /// <summary>Hardly anything: §3.4.1 for a header field, §3.4.3 for the body.</summary>
    Simple = 0,

    /// <summary>White space may change, and capitals of names: §3.4.2 for a header field, §3.4.4 for the body.
    /// </summary>
    Relaxed = 1,
}
