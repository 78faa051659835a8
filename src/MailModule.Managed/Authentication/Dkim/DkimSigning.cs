using System.Buffers;
using System.Globalization;

namespace MailModule.Authentication.Dkim;

/// <summary>
/// Signs a message that goes by (RFC 6376 §5), with each key of its From field's domain. The message must be as it will
/// be sent (§5.3): what is changed later breaks the signature. One thread at a time.
/// </summary>
internal sealed class DkimSigning(IDkimKeys keys, TimeProvider time) : IMessageWatcher
{
    private readonly HeaderDigest _digest = new(Canonicalization.Relaxed);
    private string _domain = "";
    private IReadOnlyList<string> _names = [];
    private HeaderSection? _header;
    private BodyHash? _body;

    /// <summary>Once the header is over: there is a key, and fields will be written.</summary>
    public bool IsSigned => _body is not null;

    /// <summary>Octets that <see cref="WriteFields"/> writes at most, once the header is over.</summary>
    public int MostOctets { get; private set; }

    /// <summary>Why the message is not signed, for a human; empty: it is, or nobody has asked for it.</summary>
    public string Reason { get; private set; } = "";

    public void HeaderEnded(HeaderSection header, BodyHashes hashes)
    {
        string domain = SigningDomain.Of(header, out string fault);
        Reason = fault;
        if (domain.Length == 0)
            return;
        IReadOnlyList<string> keyNames = keys.NamesOf(domain);
        if (keyNames.Count == 0)
            return;
        if (!SignedFieldNames.TryChoose(header, out _names))
        {
            Reason = "there are too many fields to sign";
            return;
        }
        _header = header;
        _domain = domain;
        MostOctets = keyNames.Sum(name => MostOf(name.Length + _names.Sum(one => one.Length + 1)));
        _body = hashes.Add(Canonicalization.Relaxed);
    }

    /// <summary>
    /// Writes one whole field for each key, with its CRLF, to be put in front of the message; nothing where it is not
    /// signed. When the message has been passed whole. Reads keys that have changed: workers only.
    /// </summary>
    public void WriteFields(IBufferWriter<byte> output)
    {
        if (_body is not null && _header is not null)
            foreach (DkimKey key in keys.Find(_domain))
                WriteField(key, output);
    }

    // Beside the names that stand in it: tags, hash and signature, of the longest key; and folds, of lines that are
    // filled by half at least.
    private static int MostOf(int names)
    {
        const int Tags = 200, Signature = 4096 / 8 * 4 / 3 + 4, Line = 39, Fold = 3;
        int text = Tags + Signature + names;
        return text + (text / Line + 1) * Fold;
    }

    private void WriteField(DkimKey key, IBufferWriter<byte> output)
    {
        var text = new ArrayBufferWriter<byte>();
        FieldText field = Begin(text, key, _body!.Value);
        _digest.AddNamed(_header!, _names);
        _digest.AddLast(text.WrittenSpan);
        Span<byte> digest = stackalloc byte[HeaderDigest.Size];
        _digest.Finish(digest);
        byte[] signature = key.Key.Sign(digest);
        if (signature.Length == 0)
        {
            Reason = $"the key {key.Selector}._domainkey.{key.Domain} could not sign";
            return;
        }
        field.Divided(Convert.ToBase64String(signature)).End();
        output.Write(text.WrittenSpan);
    }

    // RFC 6376 §3.5. No l=, which would let anybody append text (§8.2).
    private FieldText Begin(ArrayBufferWriter<byte> text, DkimKey key, ReadOnlySpan<byte> bodyHash)
    {
        FieldText field = new FieldText(text, "DKIM-Signature:").Word("v=1;").Word($"a={key.Key.Algorithm};")
            .Word("c=relaxed/relaxed;").Word($"d={key.Domain};").Word($"s={key.Selector};")
            .Word(string.Create(CultureInfo.InvariantCulture, $"t={time.GetUtcNow().ToUnixTimeSeconds()};"))
            .Word("h=" + _names[0]);
        foreach (string name in _names.Skip(1))
            field.JoinOrFold(":" + name);
        return field.JoinOrFold(";").Word($"bh={Convert.ToBase64String(bodyHash)};").Word("b=");
    }
}
