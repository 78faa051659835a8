namespace MailModule.Authentication;

/// <summary>What became of one DKIM-Signature field of a message (RFC 6376 §6).</summary>
/// <param name="Domain">d=; empty: it could not be read.</param>
/// <param name="Selector">s=; empty: it could not be read.</param>
/// <param name="Text">What is wrong, or worth a warning, for a human; empty: nothing.</param>
internal sealed record DkimResult(AuthResult Result, string Domain, string Selector, string Text)
{
    /// <summary>i=, or "@" and d= where it is missing (RFC 6376 §3.5).</summary>
    public string Identity { get; init; } = "";

    /// <summary>a=, in small letters: "rsa-sha256", "ed25519-sha256".</summary>
    public string Algorithm { get; init; } = "";

    /// <summary>The key's length in bits; 0: there was none to look at.</summary>
    public int KeyBits { get; init; }

    /// <summary>The first characters of b=, by which RFC 6008 tells signatures apart: eight, or more.</summary>
    public string SignatureStart { get; init; } = "";

    /// <summary>l=: octets of the body that it covers; -1: all of it.</summary>
    public long SignedLength { get; init; } = -1;

    /// <summary>The body is longer than <see cref="SignedLength"/>: whatever follows is nobody's word.</summary>
    public bool IsBodyLonger { get; init; }

    /// <summary>t= of the signature; null: it does not say.</summary>
    public DateTimeOffset? SignedAt { get; init; }

    /// <summary>x= of the signature; null: it does not say.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The key's t=y: who signs is still testing (RFC 6376 §3.6.1).</summary>
    public bool IsTesting { get; init; }

    /// <summary>Names of h=, in small letters, in order.</summary>
    public IReadOnlyList<string> SignedFields { get; init; } = [];
}
