using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// A certificate of our own, with its key and chain, that a client shows to a server which asks for one. Its end takes
/// the key out of Windows' key store (<see cref="TlsServerSettings.RemoveKey"/>).
/// </summary>
internal sealed class ClientCertificate : IDisposable
{
    private readonly X509Certificate2 _certificate;

    private ClientCertificate(X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        _certificate = certificate;
        Shown = SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    /// <summary>As the platform's TLS takes it.</summary>
    public SslStreamCertificateContext Shown { get; }

    /// <summary>Reads PEM files. Faults are those of <see cref="CertificateFiles.TryRead"/>.</summary>
    /// <param name="keyFile">Null: the key stands in the certificate's file.</param>
    public static Fault TryLoad(
        string certificateFile, string? keyFile, out ClientCertificate? made, out string? text)
    {
        made = null;
        X509Certificate2? certificate = null;
        try
        {
            Fault fault = CertificateFiles.TryRead(
                certificateFile, keyFile, out certificate, out X509Certificate2Collection chain, out text);
            if (fault == Fault.None)
                made = new ClientCertificate(certificate!, chain);
            return fault;
        }
        catch (Exception e)
        {
            text = $"{certificateFile}: {TlsExceptions.Describe(e)}";
            return TlsExceptions.FaultOf(e);
        }
        finally
        {
            if (made is null)
                certificate?.Dispose();
        }
    }

    public void Dispose() => _certificate.Dispose();
}
