using System.Net.Security;
using System.Security.Authentication;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// What a server shows in a handshake: the pair that tls_host has for the name that the client asks for, else the one
/// that the settings name for all. Renewed files count from the next handshake on (<see cref="WatchedPair"/>). Any
/// thread; reads files.
/// </summary>
internal sealed class ServerCertificate(EngineSettings settings, Log log) : ITlsSettings
{
    private readonly Lock _lock = new();
    private readonly WatchedPair _default = new(log);
    private readonly HostPairs _hosts = new(log);

    /// <summary>Whether there are pairs that can be used; see <see cref="TlsServerSettings.TryLoad"/>.</summary>
    public Fault TryLoad(out string? text)
    {
        SettingValues values = settings.Current;
        lock (_lock)
        {
            Fault fault = _default.TryRenew(values, PairFiles.Default(values), out text);
            return fault == Fault.None ? _hosts.TryLoad(values, out text) : fault;
        }
    }

    /// <summary>The server has ended: see <see cref="TlsServerSettings.RemoveKey"/>.</summary>
    public void End()
    {
        lock (_lock)
        {
            _default.End();
            _hosts.End();
        }
    }

    public bool AwaitsHello => true;

    public Task BeginHandshake(SslStream tls, ReadOnlySpan<byte> hello, out IHandshakeFindings? findings)
    {
        findings = null;
        var read = ClientHello.Read(hello);
        SettingValues values = settings.Current;
        string? text = null;
        TlsServerSettings? usable;
        lock (_lock)
            usable = (read.ServerName is { } name ? _hosts.Find(values, name) : null)
                ?? _default.Current(values, PairFiles.Default(values), out text);
        return usable is null
            ? Task.FromException(new AuthenticationException(text))
            : usable.BeginHandshake(tls, read, out findings);
    }
}
