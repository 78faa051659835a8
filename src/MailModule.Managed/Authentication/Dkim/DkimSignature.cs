namespace MailModule.Authentication.Dkim;

/// <summary>
/// What a signature says of itself (RFC 6376 §3.5), read by <see cref="SignatureReader"/>: in order, but for the key,
/// the hashes and the time. ARC-Message-Signature is much the same (RFC 8617 §4.1.2).
/// </summary>
internal sealed record DkimSignature
{
    public const string Rsa = "rsa-sha256", Ed25519 = "ed25519-sha256";

    /// <summary>a=, in small letters: "rsa-sha256" or "ed25519-sha256".</summary>
    public required string Algorithm { get; init; }

    /// <summary>d=, in small letters, with A-labels.</summary>
    public required string Domain { get; init; }

    /// <summary>s=, likewise.</summary>
    public required string Selector { get; init; }

    /// <summary>The first half of c=.</summary>
    public required Canonicalization HeaderForm { get; init; }

    /// <summary>The second half of c=.</summary>
    public required Canonicalization BodyForm { get; init; }

    /// <summary>h=, in small letters, in order; From is among them.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>bh=: 32 octets.</summary>
    public required byte[] BodyHash { get; init; }

    /// <summary>b=.</summary>
    public required byte[] Signature { get; init; }

    /// <summary>Where b= stands in the value.</summary>
    public required Tag SignatureTag { get; init; }

    /// <summary>l=; -1: all of the body.</summary>
    public required long SignedLength { get; init; }

    /// <summary>t=; null: it does not say.</summary>
    public DateTimeOffset? SignedAt { get; init; }

    /// <summary>x=; null: it does not say.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>k= that the key must have.</summary>
    public string KeyType => Algorithm == Rsa ? "rsa" : "ed25519";
}
