namespace MailModule.Transport;

/// <summary>A client's certificate that was asked for and found good.</summary>
/// <param name="Subject">Its distinguished name.</param>
/// <param name="MailNames">The addresses among its names (rfc822Name).</param>
/// <param name="HostNames">The hosts among its names (dNSName).</param>
/// <param name="Fingerprint">SHA-256, 64 lower-case hexadecimal digits.</param>
internal sealed record VerifiedCertificate(
    string Subject, IReadOnlyList<string> MailNames, IReadOnlyList<string> HostNames, string Fingerprint);
