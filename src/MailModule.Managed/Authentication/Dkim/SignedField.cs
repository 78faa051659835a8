using System.Text;
using MailModule.Dns;

namespace MailModule.Authentication.Dkim;

/// <summary>
/// One DKIM-Signature field, read and held against all rules that need neither body nor key (RFC 6376 §6.1.1). Cannot
/// be changed.
/// </summary>
/// <param name="Found">Result None: nothing is wrong so far.</param>
/// <param name="Signature">Null: something is wrong.</param>
/// <param name="IsBelow">The domain of i= is one below d=.</param>
internal sealed record SignedField(DkimResult Found, DkimSignature? Signature, bool IsBelow)
{
    /// <summary>How far clocks may be apart, for t= and x=.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(300);

    private ReadOnlyMemory<char> _signatureText;

    public static SignedField Read(HeaderSection header, int index, DateTimeOffset now)
    {
        if (!TagList.TryParse(Encoding.Latin1.GetString(header.Value(index)), out TagList tags))
            return new SignedField(
                new DkimResult(AuthResult.Neutral, "", "", "the signature is not a list of tags"), null, false);
        var reader = new SignatureReader(tags);
        // RFC 6376 §3.5: v=1
        if (reader.Need("v") is not ("1" or ""))
            reader.Refuse(AuthResult.PermError, "the signature is of another version");
        if (header.Problem.Length > 0)
            reader.Refuse(AuthResult.PermError, header.Problem);
        DkimSignature signature = reader.Read();
        string identity = ReadIdentity(reader, tags, signature.Domain, out bool isBelow);
        reader.Refuse(SignatureReader.CheckTime(signature, now, s_skew, out string fault), fault);
        return new SignedField(
            ResultOf(reader, signature, identity), reader.Result == AuthResult.None ? signature : null, isBelow)
        {
            _signatureText = tags.TryFind("b", out Tag tag) ? tag.Value : default,
        };
    }

    /// <summary>b= without blanks; empty: it has none.</summary>
    /// <param name="limit">So many characters of it at most.</param>
    public string SignatureText(int limit = int.MaxValue) => TagList.WithoutBlanks(_signatureText.Span, limit);

    // RFC 6376 §3.5: i= is an address whose domain is that of d=, or below it; nothing said: "@" and d=
    private static string ReadIdentity(SignatureReader reader, TagList tags, string domain, out bool isBelow)
    {
        isBelow = false;
        if (tags.Find("i") is not { } value)
            return "@" + domain;
        value = TagList.WithoutBlanks(value);
        int at = value.LastIndexOf('@');
        if (at < 0 || !DkimName.TryDecode(value, out string identity)
            || !DkimName.TryRead(value[(at + 1)..], out string own))
        {
            reader.Refuse(AuthResult.Neutral, "i= is no address");
            return "";
        }
        isBelow = own != domain;
        if (!DnsName.IsAtOrBelow(own, domain))
            reader.Refuse(AuthResult.PermError, "i= is not of the domain d=");
        return identity;
    }

    private static DkimResult ResultOf(SignatureReader reader, DkimSignature signature, string identity)
        => new(reader.Result, signature.Domain, signature.Selector, reader.Fault)
        {
            Identity = identity,
            Algorithm = signature.Algorithm,
            SignedLength = signature.SignedLength,
            SignedAt = signature.SignedAt,
            Expires = signature.Expires,
            SignedFields = signature.Names,
        };
}
