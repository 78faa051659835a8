using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailModule.Transport;

/// <summary>Who a client is by the certificate that it has shown, and that one of our authorities stands for.</summary>
/// <param name="Subject">The distinguished name, as <see cref="CertificateText"/> writes it.</param>
/// <param name="MailNames">The mail addresses it is for (subjectAltName, rfc822Name).</param>
/// <param name="HostNames">The hosts it is for (dNSName).</param>
/// <param name="Fingerprint">SHA-256 of the certificate, in 64 small hexadecimal digits.</param>
internal sealed record VerifiedCertificate(
    string Subject, IReadOnlyList<string> MailNames, IReadOnlyList<string> HostNames, string Fingerprint)
{
    private const string AlternativeNames = "2.5.29.17"; // RFC 5280 §4.2.1.6
    private const int MailNameTag = 1, HostNameTag = 2;

    public static VerifiedCertificate Of(X509Certificate2 certificate) => new(
        CertificateText.Of(certificate.SubjectName), NamesIn(certificate, MailNameTag),
        NamesIn(certificate, HostNameTag),
        Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span)));

    /// <summary>What is malformed, or holds controls, names nobody.</summary>
    private static List<string> NamesIn(X509Certificate2 certificate, int tag)
    {
        var names = new List<string>();
        X509Extension? extension = certificate.Extensions[AlternativeNames];
        if (extension is null)
            return names;
        var wanted = new Asn1Tag(TagClass.ContextSpecific, tag);
        try
        {
            AsnReader list = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (list.HasData)
                if (list.PeekTag() == wanted)
                    names.Add(list.ReadCharacterString(UniversalTagNumber.IA5String, wanted));
                else
                    list.ReadEncodedValue();
        }
        catch (AsnContentException)
        {
            return [];
        }
        return names.FindAll(static name => name.Length > 0 && !name.Any(char.IsControl));
    }
}
