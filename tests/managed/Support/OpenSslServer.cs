using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace MailModule.Tests.Support;

/// <summary>
/// The server that comes with OpenSSL, on an ephemeral loopback port, for what the platform's stream does not do as a
/// server: alerts about a client's certificate.
/// </summary>
internal sealed class OpenSslServer : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    public OpenSslServer(TestAuthority authority, string name, params string[] more)
    {
        string pair = Path.Combine(_folder.Path, "pair.pem");
        authority.WritePem(pair, name);
        var start = new ProcessStartInfo(
            "openssl", ["s_server", "-accept", "127.0.0.1:0", "-cert", pair, "-key", pair, .. more])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        EndPoint = ReadEndPoint();
    }

    public IPEndPoint EndPoint { get; }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Dispose();
    }

    /// <summary>"ACCEPT 127.0.0.1:40123" is the first that it says.</summary>
    private IPEndPoint ReadEndPoint()
    {
        string? line;
        while ((line = _process.StandardOutput.ReadLine()) is not null)
            if (line.StartsWith("ACCEPT ", StringComparison.Ordinal))
                return new IPEndPoint(IPAddress.Loopback, PortIn(line));
        throw new InvalidOperationException("openssl s_server does not say where it listens");
    }

    private static int PortIn(string line)
        => int.Parse(line.AsSpan(line.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);
}
