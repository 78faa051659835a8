using System.Formats.Asn1;
using System.Security.Cryptography;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Authentication.Dkim;

/// <summary>A key that was made: its private half for a file, its public half for the DNS.</summary>
/// <param name="Pem">PKCS#8 in PEM form, with line ends (LF).</param>
/// <param name="Record">The text of the TXT record (RFC 6376 §3.6.1), whole.</param>
public sealed record NewDkimKey(string Pem, string Record)
{
    /// <summary>Bits of an RSA key where nobody says: others must take it (RFC 8301 §3.2), and its record goes into
    /// one answer of the DNS.</summary>
    public const int DefaultBits = 2048;

    /// <summary>RSA keys are made in steps of so many bits.</summary>
    private const int BitStep = 64;

    private const string Ed25519Oid = "1.3.101.112"; // RFC 8410 §3

    /// <summary>Makes an RSA key. Takes up to some seconds of CPU.</summary>
    /// <param name="bits">0: <see cref="DefaultBits"/>.</param>
    /// <returns><see cref="Fault.Argument"/>; <see cref="Fault.Tls"/>: the system has no OpenSSL, or no RSA.</returns>
    public static Fault MakeRsa(int bits, out NewDkimKey? key)
    {
        key = null;
        if (bits == 0)
            bits = DefaultBits;
        if (bits is < RsaSigningKey.LeastBits or > RsaSigningKey.MostBits || bits % BitStep != 0)
            return FaultReason.Because(
                Fault.Argument, $"bits is not a multiple of {BitStep} from {RsaSigningKey.LeastBits} to "
                    + $"{RsaSigningKey.MostBits}");
        if (!OpenSsl.IsThere)
            return FaultReason.Because(Fault.Tls, OpenSsl.Missing);
        try
        {
            using var rsa = RSA.Create(bits);
            return Of(rsa.ExportPkcs8PrivateKeyPem() + "\n", out key);
        }
        catch (CryptographicException)
        {
            return FaultReason.Because(Fault.Tls, "the system's cryptography makes no RSA keys");
        }
    }

    /// <summary>Makes an Ed25519 key (RFC 8463).</summary>
    /// <returns><see cref="Fault.Tls"/>: the system has no OpenSSL that knows it.</returns>
    public static Fault MakeEd25519(out NewDkimKey? key) => Of(PemOf(RandomOctets.Get(Ed25519Key.Size)), out key);

    private static Fault Of(string pem, out NewDkimKey? key)
    {
        var read = SigningKey.Read(pem, out string fault);
        key = read is null ? null : new NewDkimKey(pem, read.Record);
        return key is null ? FaultReason.Because(Fault.Tls, fault) : Fault.None;
    }

    // RFC 8410 §7
    private static string PemOf(byte[] octets)
    {
        var inner = new AsnWriter(AsnEncodingRules.DER);
        inner.WriteOctetString(octets);
        var whole = new AsnWriter(AsnEncodingRules.DER);
        using (whole.PushSequence())
        {
            whole.WriteInteger(0);
            using (whole.PushSequence())
                whole.WriteObjectIdentifier(Ed25519Oid);
            whole.WriteOctetString(inner.Encode());
        }
        return PemEncoding.WriteString("PRIVATE KEY", whole.Encode()) + "\n";
    }
}
