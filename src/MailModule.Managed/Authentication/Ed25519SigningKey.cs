using System.Formats.Asn1;
using MailModule.Primitives.Os;

namespace MailModule.Authentication;

/// <summary>Ed25519 over a SHA-256 digest: "ed25519-sha256" (RFC 8463 §3).</summary>
internal sealed class Ed25519SigningKey : SigningKey
{
    private readonly Ed25519Key _key;

    private Ed25519SigningKey(Ed25519Key key)
    {
        _key = key;
        // RFC 8463 §4: the 32 octets alone
        Record = "v=DKIM1; k=ed25519; p=" + Convert.ToBase64String(key.PublicOctets());
    }

    public override string Algorithm => "ed25519-sha256";

    public override int Bits => Ed25519Key.Size * 8;

    public override string Record { get; }

    /// <param name="inner">RFC 8410 §7: CurvePrivateKey, an octet string with the key's 32 octets.</param>
    /// <exception cref="AsnContentException">It is malformed.</exception>
    public static Ed25519SigningKey? Read(byte[] inner, out string fault)
    {
        fault = Ed25519Key.IsThere ? "the Ed25519 key is malformed" : Ed25519Key.Missing;
        byte[] octets = new AsnReader(inner, AsnEncodingRules.DER).ReadOctetString();
        if (octets.Length != Ed25519Key.Size || Ed25519Key.OfPrivate(octets) is not { } key)
            return null;
        fault = "";
        return new Ed25519SigningKey(key);
    }

    public override byte[] Sign(ReadOnlySpan<byte> digest) => _key.Sign(digest);
}
