using MailModule.Dns;

namespace MailModule.Authentication.Dkim;

/// <summary>
/// Verifies the DKIM signatures of a message that goes by (RFC 6376 §6). Its steps: the header ends,
/// <see cref="BeginLookUps"/> from then on, the message ends, <see cref="Complete"/>. From one thread at a time; a
/// message may be dropped at any point.
/// </summary>
internal sealed class DkimVerification(TimeProvider time) : IMessageWatcher
{
    /// <summary>Signatures of a message that are looked at, from the top down: the last signer's comes first.
    /// </summary>
    public const int SignatureLimit = 10;

    private const int StartLength = 8; // of b=, in results

    private readonly List<SignatureCheck> _checks = [];

    public void HeaderEnded(HeaderSection header, BodyHashes hashes)
    {
        DateTimeOffset now = time.GetUtcNow();
        var indexes = new List<int>();
        for (int index = header.Last("DKIM-Signature"); index >= 0; index = header.Before(index))
            indexes.Add(index);
        for (int i = indexes.Count - 1; i >= 0 && _checks.Count < SignatureLimit; i--)
            _checks.Add(new SignatureCheck(header, indexes[i], hashes, now));
    }

    /// <summary>Asks for all keys at once, without waiting. Once the header is over; once.</summary>
    /// <param name="cancel">What was not answered by then is a temporary error.</param>
    public void BeginLookUps(IDns dns, CancellationToken cancel)
    {
        foreach (SignatureCheck check in _checks)
            check.BeginLookUp(dns, cancel);
    }

    /// <summary>A result for each signature, from the top down; one, None, for a message without any. When the message
    /// has been passed whole.</summary>
    public async ValueTask<IReadOnlyList<DkimResult>> Complete()
    {
        var results = new List<DkimResult>();
        foreach (SignatureCheck check in _checks)
            results.Add(await check.Complete().ConfigureAwait(false) with { SignatureStart = StartOf(check) });
        if (results.Count == 0)
            results.Add(new DkimResult(AuthResult.None, "", "", "the message is not signed"));
        return results;
    }

    // RFC 6008 §3: eight characters, or as many as tell it from the others
    private string StartOf(SignatureCheck check)
        => _checks.Count == 1 ? check.SignatureText(StartLength) : StartAmongOthers(check);

    private string StartAmongOthers(SignatureCheck check)
    {
        string text = check.SignatureText();
        int length = StartLength;
        foreach (string other in _checks.Where(other => other != check).Select(other => other.SignatureText()))
            if (other != text)
                length = Math.Max(length, text.AsSpan().CommonPrefixLength(other) + 1);
        return text[..Math.Min(length, text.Length)];
    }
}
