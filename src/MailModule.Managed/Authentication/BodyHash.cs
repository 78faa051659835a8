namespace MailModule.Authentication;

/// <summary>
/// SHA-256 of a message's body, or of its beginning, in canonical form (RFC 6376 §3.7). To be read when the message has
/// been passed whole.
/// </summary>
/// <param name="limit">Octets of the canonical body that count (l=); -1: all of it.</param>
internal sealed class BodyHash(Canonicalization form, long limit)
{
    private byte[] _value = [];

    public Canonicalization Form => form;

    public long Limit => limit;

    /// <summary>32 octets. Empty: the body is shorter than <see cref="Limit"/>, the message has not been passed whole,
    /// or the system has no OpenSSL.</summary>
    public ReadOnlySpan<byte> Value => _value;

    /// <summary>Octets of the whole body in canonical form.</summary>
    public long BodyLength { get; private set; }

    public void SetValue(byte[] value) => _value = value;

    public void End(long bodyLength) => BodyLength = bodyLength;
}
