namespace MailModule.Authentication;

/// <summary>
/// A key as the DNS has it, at SELECTOR._domainkey.DOMAIN (RFC 6376 §3.6.1, RFC 8463 §4). Cannot be changed.
/// </summary>
/// <param name="KeyType">k=: "rsa", "ed25519", or what we do not know.</param>
/// <param name="KeyText">p= without blanks, in base64; empty: the key is revoked.</param>
internal sealed record PublicKeyRecord(string KeyType, string KeyText)
{
    /// <summary>p= is empty: nothing is signed with it any more.</summary>
    public bool IsRevoked => KeyText.Length == 0;

    /// <summary>h= allows SHA-256, or allows all.</summary>
    public bool AllowsSha256 { get; private init; } = true;

    /// <summary>s= allows e-mail, or allows all.</summary>
    public bool AllowsEmail { get; private init; } = true;

    /// <summary>t=y: who signs is still testing.</summary>
    public bool IsTesting { get; private init; }

    /// <summary>t=s: the domain of i= must be that of d=, and none below it.</summary>
    public bool IsStrict { get; private init; }

    /// <summary>False: it is none, and is passed over.</summary>
    /// <param name="text">A TXT record, its octets as Latin-1.</param>
    /// <param name="fault">What is wrong, for a human.</param>
    public static bool TryParse(string text, out PublicKeyRecord record, out string fault)
    {
        record = new PublicKeyRecord("", "");
        fault = "";
        if (!TagList.TryParse(text, out TagList tags))
            fault = "the key record is not a list of tags";
        // RFC 6376 §3.6.1: v= stands first, if at all
        else if (tags.Find("v") is { } version && (version != "DKIM1" || tags.Tags[0].Name != "v"))
            fault = "the key record is of another version";
        else if (tags.Find("p") is not { } key)
            fault = "the key record has no p=";
        else
            record = Of(tags, key);
        return fault.Length == 0;
    }

    private static PublicKeyRecord Of(TagList tags, string key)
    {
        string[] flags = TagList.Split(tags.Find("t") ?? "");
        return new PublicKeyRecord(tags.Find("k") ?? "rsa", TagList.WithoutBlanks(key))
        {
            AllowsSha256 = tags.Find("h") is not { } hashes || TagList.Split(hashes).Contains("sha256"),
            AllowsEmail = tags.Find("s") is not { } services
                || TagList.Split(services).Any(name => name is "*" or "email"),
            IsTesting = flags.Contains("y"),
            IsStrict = flags.Contains("s"),
        };
    }
}
