using System.Security.Cryptography;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Dkim;
using MailModule.Delivery.Signing;
using MailModule.Dns;
using MailModule.Primitives;
using MailModule.Tests.Dns;

namespace MailModule.Tests.Delivery.Signing;

/// <summary>Keys of example.org and of far.example, what the DNS says of them, and what a receiver makes of a message.
/// </summary>
internal sealed class SignedMail : IDkimKeys
{
    /// <summary>RSA and Ed25519 side by side, of the former both.</summary>
    private static readonly SigningKey s_rsa = Read(RSA.Create(2048).ExportPkcs8PrivateKeyPem());
    private static readonly SigningKey s_ed25519 = Read(
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
            + "-----END PRIVATE KEY-----\n");

    private readonly List<DkimKey> _keys = [];
    private readonly ScriptedDns _dns = new();

    public SignedMail(params string[] names)
    {
        foreach (string name in names.Length > 0 ? names : ["rsa.example.org"])
            Add(name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..], name.Split('.')[0]);
    }

    public List<string> Lines { get; } = [];

    /// <summary>Run before each search for a key.</summary>
    public Action<string> Searching { get; set; } = _ => { };

    public SigningOptions Options => new(this)
    {
        Log = new Log(LogLevel.Debug, (_, _, text) =>
        {
            lock (Lines)
                Lines.Add(text);
        }),
    };

    public IReadOnlyList<DkimKey> Find(string domain)
    {
        Searching(domain);
        return KeysOf(domain);
    }

    private DkimKey[] KeysOf(string domain)
    {
        for (string left = domain; left.Length > 0; left = left[(left.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            DkimKey[] found = [.. _keys.Where(key => key.Domain == left)];
            if (found.Length > 0 || !left.Contains('.', StringComparison.Ordinal))
                return found;
        }
        return [];
    }

    public IReadOnlyList<string> NamesOf(string domain)
        => [.. KeysOf(domain).Select(key => $"{key.Selector}._domainkey.{key.Domain}")];

    /// <summary>What a receiver says of a message whose line ends are LF or CRLF, in the fields' order.</summary>
    public string Verify(string message)
    {
        var verification = new DkimVerification(TimeProvider.System);
        var pass = new MessagePass(verification);
        pass.Append(Encoding.Latin1.GetBytes(message));
        pass.End();
        verification.BeginLookUps(_dns, CancellationToken.None);
        IReadOnlyList<DkimResult> results = verification.Complete().AsTask().GetAwaiter().GetResult();
        return string.Join(' ', results.Select(one => one.Result == AuthResult.None
            ? "none" : $"{one.Result}:{one.Selector}.{one.Domain}"));
    }

    /// <summary>A key that cannot be used when it comes to it.</summary>
    public void AddBroken(string domain) => _keys.Add(new DkimKey(domain, "broken", new BrokenKey()));

    private void Add(string domain, string selector)
    {
        SigningKey key = selector.StartsWith("ed", StringComparison.Ordinal) ? s_ed25519 : s_rsa;
        _keys.Add(new DkimKey(domain, selector, key));
        Publish(domain, selector, key);
    }

    /// <summary>The DNS has a key's record from now on.</summary>
    public void Publish(string domain, string selector, SigningKey key)
    {
        string name = $"{selector}._domainkey.{domain}";
        _dns.Ok(name, DnsType.Txt, new TxtRecord(name, TimeSpan.FromMinutes(5), key.Record));
    }

    public static SigningKey Read(string pem)
    {
        SigningKey? key = SigningKey.Read(pem, out string fault);
        Assert.True(key is not null, fault);
        return key;
    }

    private sealed class BrokenKey : SigningKey
    {
        public override string Algorithm => "rsa-sha256";
        public override int Bits => 2048;
        public override string Record => "";
        public override byte[] Sign(ReadOnlySpan<byte> digest) => throw new CryptographicException("broken");
    }
}
