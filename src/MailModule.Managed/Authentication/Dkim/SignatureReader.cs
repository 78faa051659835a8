using System.Globalization;
using System.Security.Cryptography;

namespace MailModule.Authentication.Dkim;

/// <summary>
/// Reads what signatures of DKIM (RFC 6376 §3.5, §6.1.1) and of ARC's messages (RFC 8617 §4.1.2) have in common. Pure.
/// The first thing that is wrong counts.
/// </summary>
/// <param name="isArc">It is one of ARC: it need not sign From, nor anything, and is no seal's.</param>
internal sealed class SignatureReader(TagList tags, bool isArc = false)
{
    /// <summary>Names in h=; one with more is not checked. Real ones have some thirty.</summary>
    public const int NameLimit = 1000;

    private const int SignatureLimit = 2048;
    private const int LongestNumber = 18;

    private static readonly string[] s_algorithms = [DkimSignature.Rsa, DkimSignature.Ed25519];

    /// <summary>What is wrong, for a human; empty: nothing.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Neutral: it cannot be read; PermError: it can, and is not valid. None: nothing is wrong.</summary>
    public AuthResult Result { get; private set; }

    /// <summary>What could be read; to be believed where <see cref="Result"/> is None then.</summary>
    public DkimSignature Read()
    {
        string algorithm = ReadAlgorithm();
        (Canonicalization header, Canonicalization body) = ReadForms();
        tags.TryFind("b", out Tag signature);
        var read = new DkimSignature
        {
            Algorithm = algorithm,
            HeaderForm = header,
            BodyForm = body,
            Domain = ReadName("d"),
            Selector = ReadName("s"),
            Names = ReadNames(),
            BodyHash = ReadBase64("bh", SHA256.HashSizeInBytes),
            Signature = ReadBase64("b", SignatureLimit),
            SignatureTag = signature,
            SignedLength = ReadNumber("l"),
            SignedAt = TimeOf(ReadNumber("t")),
            Expires = TimeOf(ReadNumber("x")),
        };
        if (read.BodyHash.Length != SHA256.HashSizeInBytes)
            Refuse(AuthResult.Neutral, "bh= is no SHA-256 hash");
        // RFC 6376 §3.5: x= is later than t=
        if (read.Expires is { } end && read.SignedAt is { } begin && end <= begin)
            Refuse(AuthResult.PermError, "x= is not after t=");
        ReadQuery();
        return read;
    }

    /// <summary>What ARC-Seal says, which has neither a body nor names of fields (RFC 8617 §4.1.3).</summary>
    public DkimSignature ReadSeal()
    {
        string algorithm = ReadAlgorithm();
        tags.TryFind("b", out Tag signature);
        if (tags.Find("h") is not null)
            Refuse(AuthResult.PermError, "a seal has no h=");
        return new DkimSignature
        {
            Algorithm = algorithm,
            HeaderForm = Canonicalization.Relaxed,
            BodyForm = Canonicalization.Relaxed,
            Domain = ReadName("d"),
            Selector = ReadName("s"),
            Names = [],
            BodyHash = [],
            Signature = ReadBase64("b", SignatureLimit),
            SignatureTag = signature,
            SignedLength = -1,
            SignedAt = TimeOf(ReadNumber("t")),
        };
    }

    /// <summary>The value of a tag that must be there; empty, and a fault, where it is not.</summary>
    public string Need(string name)
    {
        string value = tags.Find(name) ?? "";
        if (value.Length == 0)
            Refuse(AuthResult.PermError, $"the signature has no {name}=");
        return value;
    }

    private ReadOnlySpan<char> NeedText(string name)
    {
        if (!tags.TryFind(name, out Tag tag) || tag.Value.IsEmpty)
            Need(name);
        return tag.Value.Span;
    }

    /// <summary>Something is wrong.</summary>
    public void Refuse(AuthResult result, string fault)
    {
        if (Result == AuthResult.None)
            (Result, Fault) = (result, fault);
    }

    /// <summary>When a signature counts, by the clock (RFC 6376 §3.5).</summary>
    /// <param name="skew">How far clocks may be apart.</param>
    /// <returns>None: it does.</returns>
    public static AuthResult CheckTime(DkimSignature signature, DateTimeOffset now, TimeSpan skew, out string fault)
    {
        // On both sides: a sum beyond the year 9999 is an exception.
        bool isExpired = signature.Expires is { } end && end <= now - skew;
        bool isEarly = signature.SignedAt is { } begin && begin > now + skew;
        fault = isExpired ? "the signature has expired" : isEarly ? "the signature is of the future" : "";
        return isExpired ? AuthResult.Fail : isEarly ? AuthResult.PermError : AuthResult.None;
    }

    private string ReadAlgorithm()
    {
        ReadOnlySpan<char> text = NeedText("a");
        foreach (string known in s_algorithms)
            if (text.Equals(known, StringComparison.OrdinalIgnoreCase))
                return known;
        string algorithm = text.ToString().ToLowerInvariant();
        // RFC 8301 §3.1: SHA-1 has failed for good
        if (algorithm == "rsa-sha1")
            Refuse(AuthResult.PermError, "rsa-sha1 is no safe algorithm");
        else
            Refuse(AuthResult.Neutral, "unknown algorithm");
        return algorithm;
    }

    // RFC 6376 §3.5: c=, simple where nothing is said; the suite that ARC's implementations share has relaxed there
    private (Canonicalization Header, Canonicalization Body) ReadForms()
    {
        ReadOnlySpan<char> forms = tags.TryFind("c", out Tag tag) ? tag.Value.Span
            : isArc ? "relaxed/relaxed" : "simple";
        int slash = forms.IndexOf('/');
        return slash < 0 ? (FormOf(forms), default) : (FormOf(forms[..slash]), FormOf(forms[(slash + 1)..]));
    }

    private Canonicalization FormOf(ReadOnlySpan<char> text)
    {
        bool isRelaxed = text.Equals("relaxed", StringComparison.OrdinalIgnoreCase);
        if (!isRelaxed && !text.Equals("simple", StringComparison.OrdinalIgnoreCase))
            Refuse(AuthResult.Neutral, "unknown canonicalization");
        return isRelaxed ? Canonicalization.Relaxed : Canonicalization.Simple;
    }

    private string ReadName(string tag)
    {
        string value = Need(tag);
        if (!DkimName.TryRead(value, out string name))
            Refuse(AuthResult.Neutral, $"{tag}= is no name");
        return name;
    }

    private IReadOnlyList<string> ReadNames()
    {
        // RFC 8617 has nothing that must be signed; that suite has lists without a name, and names that are empty.
        bool isThere = tags.TryFind("h", out Tag tag);
        if (isArc && isThere && tag.Value.IsEmpty)
            return [];
        ReadOnlySpan<char> value = NeedText("h");
        if (value.Count(':') >= NameLimit)
        {
            Refuse(AuthResult.PermError, "h= has too many names");
            return [];
        }
        var names = FieldNames.Of(value);
        if (!names.AreVisible || names.Has("") && !isArc)
            Refuse(AuthResult.Neutral, "h= is no list of names");
        // RFC 6376 §5.4, §6.1.1
        if (!isArc && !names.Has("from"))
            Refuse(AuthResult.PermError, "the From field is not signed");
        // RFC 8617 §4.1.2
        if (isArc && names.Has("arc-seal"))
            Refuse(AuthResult.PermError, "a seal is signed by seals alone");
        return names.All;
    }

    private byte[] ReadBase64(string tag, int limit)
    {
        // With the blanks of its folds, which the platform passes over, as it does bits that no octet needs.
        ReadOnlySpan<char> text = NeedText(tag);
        Span<byte> octets = stackalloc byte[Math.Min(text.Length, SignatureLimit) + 2];
        if (text.Length > limit * 2 || !Convert.TryFromBase64Chars(text, octets, out int length) || length > limit)
        {
            Refuse(AuthResult.Neutral, $"{tag}= is not base64, or too long");
            return [];
        }
        return octets[..length].ToArray();
    }

    /// <summary>-1: it is not there.</summary>
    private long ReadNumber(string tag)
    {
        if (!tags.TryFind(tag, out Tag found))
            return -1;
        ReadOnlySpan<char> text = found.Value.Span;
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9'))
            Refuse(AuthResult.Neutral, $"{tag}= is no number");
        // RFC 6376 §3.5: up to 76 digits
        else
            return text.Length > LongestNumber ? long.MaxValue : long.Parse(text, CultureInfo.InvariantCulture);
        return -1;
    }

    private static DateTimeOffset? TimeOf(long seconds)
        => seconds < 0 ? null
            : DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));

    // RFC 6376 §3.5: of the ways to get a key that are named there is one that everybody knows
    private void ReadQuery()
    {
        if (tags.Find("q") is { } query
            && !TagList.Split(query).Any(way => way.Equals("dns/txt", StringComparison.OrdinalIgnoreCase)))
            Refuse(AuthResult.PermError, "q= names no way to the key that is known");
    }
}
