namespace MailModule.Authentication;

/// <summary>
/// Hashes of a message's body, made while it goes by. Each canonical form is made once and hashed once, however many
/// signatures want it, and of however much.
/// </summary>
internal sealed class BodyHashes
{
    private BodyDigest? _simple;
    private BodyDigest? _relaxed;

    /// <summary>A hash that will be there at the message's end. To be asked for before the body begins.</summary>
    /// <param name="limit">Octets of the canonical body; -1: all.</param>
    public BodyHash Add(Canonicalization form, long limit = -1)
        => form == Canonicalization.Simple
            ? (_simple ??= new BodyDigest(form)).Add(limit)
            : (_relaxed ??= new BodyDigest(form)).Add(limit);

    /// <summary>The next octets of the body.</summary>
    public void Append(ReadOnlySpan<byte> octets)
    {
        _simple?.Append(octets);
        _relaxed?.Append(octets);
    }

    /// <summary>The body is whole: all hashes have their values.</summary>
    public void End()
    {
        _simple?.End();
        _relaxed?.End();
    }
}
