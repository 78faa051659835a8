using System.Buffers.Text;
using System.Formats.Asn1;
using System.Security.Cryptography;
using MailModule.Primitives.Os;

namespace MailModule.Authentication;

/// <summary>A private key that messages are signed with. Any thread, and several at a time.</summary>
internal abstract class SigningKey
{
    private const string RsaOid = "1.2.840.113549.1.1.1"; // RFC 8017 appendix A.1
    private const string Ed25519Oid = "1.3.101.112"; // RFC 8410 §3

    /// <summary>For a=: "rsa-sha256" or "ed25519-sha256".</summary>
    public abstract string Algorithm { get; }

    /// <summary>Bits of the key.</summary>
    public abstract int Bits { get; }

    /// <summary>The record that others check the signatures by, such as "v=DKIM1; k=rsa; p=…" (RFC 6376 §3.6.1).
    /// </summary>
    public abstract string Record { get; }

    /// <summary>The signature of a SHA-256 digest; empty: the system could not make it.</summary>
    public abstract byte[] Sign(ReadOnlySpan<byte> digest);

    /// <summary>Null: it is none that can be used.</summary>
    /// <param name="pem">The first private key in it counts: RFC 7468 §10 "PRIVATE KEY", or "RSA PRIVATE KEY".</param>
    /// <param name="fault">Why not, for a human.</param>
    public static SigningKey? Read(ReadOnlySpan<char> pem, out string fault)
    {
        fault = "no private key in PEM";
        while (PemEncoding.TryFind(pem, out PemFields fields))
        {
            ReadOnlySpan<char> label = pem[fields.Label];
            if (label is "ENCRYPTED PRIVATE KEY")
                fault = "the private key is encrypted";
            else if (label is "PRIVATE KEY" or "RSA PRIVATE KEY")
                return Read(label, Convert.FromBase64String(pem[fields.Base64Data].ToString()), out fault);
            pem = pem[fields.Location.End..];
        }
        return null;
    }

    private static SigningKey? Read(ReadOnlySpan<char> label, byte[] octets, out string fault)
    {
        fault = OpenSsl.Missing;
        if (!OpenSsl.IsThere)
            return null;
        try
        {
            fault = "an unknown kind of private key";
            return label is "RSA PRIVATE KEY" ? RsaSigningKey.Read(octets, isBare: true, out fault)
                : OidOf(octets, out byte[] inner) switch
                {
                    RsaOid => RsaSigningKey.Read(octets, isBare: false, out fault),
                    Ed25519Oid => Ed25519SigningKey.Read(inner, out fault),
                    _ => null,
                };
        }
        catch (Exception thrown) when (thrown is AsnContentException or CryptographicException)
        {
            fault = "the private key is malformed";
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    // RFC 5958 §2: version, algorithm, the key in a form that the algorithm says
    private static string OidOf(byte[] octets, out byte[] inner)
    {
        AsnReader key = new AsnReader(octets, AsnEncodingRules.BER).ReadSequence();
        key.ReadInteger();
        string oid = key.ReadSequence().ReadObjectIdentifier();
        inner = key.ReadOctetString();
        return oid;
    }
}
