namespace MailModule.Engine.Retrieving;

/// <summary>A message as a mailbox elsewhere lists it (RFC 1939 §5 LIST, §7 UIDL).</summary>
/// <param name="Number">Good in this session alone.</param>
/// <param name="Octets">As the server tells it; 0: it does not.</param>
/// <param name="UniqueId">The same in all sessions.</param>
internal readonly record struct OutsideMessage(int Number, long Octets, string UniqueId)
{
    // RFC 1939 §7 says 70; some servers have more.
    private const int LongestId = 255;

    /// <summary>It can be remembered: RFC 1939 §7 has octets of 0x21 to 0x7E in an id, one at least.</summary>
    public bool HasGoodId
        => UniqueId.Length is > 0 and <= LongestId && !UniqueId.AsSpan().ContainsAnyExceptInRange('!', '~');
}
