using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// Reads a server's certificate, its chain and its key from PEM files, and says in plain words what is wrong with them.
/// </summary>
internal static class CertificateFiles
{
    /// <summary>
    /// <see cref="Fault.NotFound"/>, <see cref="Fault.Io"/>, or <see cref="Fault.Tls"/> for what is in them.
    /// </summary>
    /// <param name="keyFile">Null: the key stands in the certificate's file.</param>
    /// <param name="certificate">With its key; not null when the result is None.</param>
    /// <exception cref="CryptographicException">The system lacks what it needs.</exception>
    public static Fault TryRead(
        string certificateFile, string? keyFile, out X509Certificate2? certificate,
        out X509Certificate2Collection chain, out string? text)
    {
        certificate = null;
        chain = [];
        Fault fault = TryReadText(certificateFile, out string pem, out text);
        string key = pem;
        if (fault == Fault.None && keyFile is not null)
            fault = TryReadText(keyFile, out key, out text);
        if (fault != Fault.None)
            return fault;
        if (!OpenSsl.IsThere)
        {
            text = OpenSsl.Missing;
            return Fault.Tls;
        }
        keyFile ??= certificateFile;
        text = FindProblem(certificateFile, pem, chain) ?? FindKeyProblem(keyFile, key);
        if (text is null && !TryJoin(pem, key, out certificate))
            text = IsKey(key)
                ? $"the private key in {keyFile} does not belong to the certificate in {certificateFile}"
                : $"{keyFile}: the private key in it is damaged, or of an unknown kind";
        if (text is null && !TryPrepare(ref certificate, out string? why))
            text = $"{keyFile}: the system's key store does not take the private key: {why}";
        return text is null ? Fault.None : Fault.Tls;
    }

    internal static Fault TryReadText(string file, out string pem, out string? text)
    {
        (pem, text) = ("", null);
        try
        {
            pem = TextFile.Read(file, TextFile.PemLimit);
            return Fault.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            bool isMissing = e is FileNotFoundException;
            text = $"{file}: {(isMissing ? "there is no such file" : ExceptionWords.Of(e))}";
            return isMissing ? Fault.NotFound : e is InvalidDataException ? Fault.Tls : Fault.Io;
        }
    }

    internal static string? FindProblem(string file, string pem, X509Certificate2Collection chain)
    {
        try
        {
            chain.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            return $"{file}: a certificate in it is damaged";
        }
        return chain.Count == 0 ? $"{file}: there is no certificate in PEM form in it" : null;
    }

    private static string? FindKeyProblem(string file, string key)
    {
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
            return $"{file}: the private key in it is encrypted; a server needs one without a password";
        return key.Contains("PRIVATE KEY-----", StringComparison.Ordinal)
            ? null
            : $"{file}: there is no private key in PEM form in it";
    }

    private static bool TryJoin(string pem, string key, out X509Certificate2? certificate)
    {
        certificate = null;
        try
        {
            certificate = X509Certificate2.CreateFromPem(pem, key);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException && !PlatformTls.IsLacking(e))
        {
            return false;
        }
    }

    private static bool TryPrepare(ref X509Certificate2? certificate, out string? why)
    {
        why = null;
        try
        {
            certificate = PlatformTls.WithServerKey(certificate!);
            return true;
        }
        catch (CryptographicException e) when (!PlatformTls.IsLacking(e))
        {
            why = $"error 0x{e.HResult:X8}";
            return false;
        }
    }

    private static bool IsKey(string key)
    {
        using var rsa = RSA.Create();
        using var curve = ECDsa.Create();
        return CanImport(rsa, key) || CanImport(curve, key);
    }

    private static bool CanImport(AsymmetricAlgorithm algorithm, string key)
    {
        try
        {
            algorithm.ImportFromPem(key);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
