namespace MailModule.Authentication.Dkim;

/// <summary>What one key says of a signature (RFC 6376 §6.1.2, §6.1.3).</summary>
/// <param name="Result">Pass, Fail, Policy, Neutral, TempError, PermError.</param>
/// <param name="Text">What is wrong, for a human; empty: nothing.</param>
internal readonly record struct KeyCheck(AuthResult Result, string Text)
{
    // RFC 8301 §3.2
    private const int LeastBits = 1024;

    /// <summary>0: there was no key to look at.</summary>
    public int Bits { get; private init; }

    /// <summary>t=y.</summary>
    public bool IsTesting { get; private init; }

    /// <summary>By the first record with which it is right, else by the first of all.</summary>
    /// <param name="digest">Of the signed fields.</param>
    /// <param name="isBelow">The domain of i= is one below d=.</param>
    public static KeyCheck Of(KeyAnswer answer, DkimSignature signature, ReadOnlySpan<byte> digest, bool isBelow)
    {
        var first = new KeyCheck(answer.Result, answer.Text);
        foreach (string text in answer.Records)
        {
            KeyCheck check = Of(text, signature, digest, isBelow);
            if (check.Result == AuthResult.Pass)
                return check;
            if (first.Result == AuthResult.None)
                first = check;
        }
        return first;
    }

    private static KeyCheck Of(string text, DkimSignature signature, ReadOnlySpan<byte> digest, bool isBelow)
    {
        RecordedKey read = RecordedKey.Read(text);
        if (read.Record is not { } record)
            return new KeyCheck(AuthResult.PermError, read.Fault);
        string fault = FaultOf(record, signature, isBelow);
        if (fault.Length > 0)
            return new KeyCheck(AuthResult.PermError, fault) { IsTesting = record.IsTesting };
        return read.Key is { } key
            ? Of(key, signature, digest) with { Bits = key.Bits, IsTesting = record.IsTesting }
            : new KeyCheck(AuthResult.PermError, read.Fault) { IsTesting = record.IsTesting };
    }

    private static KeyCheck Of(VerifyingKey key, DkimSignature signature, ReadOnlySpan<byte> digest)
        => key is RsaVerifyingKey && key.Bits < LeastBits
            ? new KeyCheck(AuthResult.Policy, $"the key has {key.Bits} bits; {LeastBits} are the least")
            : key.Verify(digest, signature.Signature)
                ? new KeyCheck(AuthResult.Pass, "")
                : new KeyCheck(AuthResult.Fail, "the signature is not that of the signed fields");

    // RFC 6376 §6.1.2, §3.6.1
    private static string FaultOf(PublicKeyRecord record, DkimSignature signature, bool isBelow)
        => record.IsRevoked ? "the key is revoked"
            : record.KeyType != signature.KeyType ? "the key is of another kind than a= says"
            : !record.AllowsSha256 ? "the key is not for SHA-256"
            : !record.AllowsEmail ? "the key is not for mail"
            : record.IsStrict && isBelow ? "the key is not for a domain below d=" : "";
}
