using MailModule.Authentication.Dkim;
using MailModule.Dns;

namespace MailModule.Authentication.Arc;

/// <summary>The keys of a chain: each is asked for once, and all at once. One thread at a time.</summary>
internal sealed class ArcKeys
{
    private readonly Dictionary<(string Selector, string Domain), Task<KeyAnswer>?> _asked = [];

    /// <summary>The key will be needed.</summary>
    public void Add(DkimSignature? signature)
    {
        if (signature is not null)
            _asked[(signature.Selector, signature.Domain)] = null;
    }

    public void Ask(IDns dns, CancellationToken cancel)
    {
        foreach ((string selector, string domain) in _asked.Keys.ToList())
            _asked[(selector, domain)] = KeyQuestion.Ask(dns, selector, domain, cancel);
    }

    /// <summary>What a key says of a signature, once it is there.</summary>
    public async ValueTask<KeyCheck> Check(DkimSignature signature, byte[] digest)
    {
        if (_asked.GetValueOrDefault((signature.Selector, signature.Domain)) is not { } asked)
            return new KeyCheck(AuthResult.TempError, "nobody has asked for the key");
        KeyAnswer answer = await asked.ConfigureAwait(false);
        return KeyCheck.Of(answer, signature, digest, isBelow: false);
    }
}
