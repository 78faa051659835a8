using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// What a server shows in a handshake: the certificate and key in the files that the settings name, which are looked at
/// before each handshake, so that a renewed pair counts from the next connection on. One that cannot be used is told
/// once, and the pair before stays. Any thread; reads files.
/// </summary>
internal sealed class ServerCertificate(EngineSettings settings, Log log) : ITlsSettings
{
    private readonly Lock _lock = new();
    private TlsServerSettings? _usable;
    private TlsServerSettings? _replaced; // a handshake that has begun may use it still
    private Look _usableSince;
    private Look _toldOf;

    /// <summary>Whether there is a pair that can be used; see <see cref="TlsServerSettings.TryLoad"/>.</summary>
    public Fault TryLoad(out string? text)
    {
        lock (_lock)
            return TryRenew(out text);
    }

    /// <summary>The server has ended: see <see cref="TlsServerSettings.RemoveKey"/>.</summary>
    public void End()
    {
        lock (_lock)
        {
            _replaced?.RemoveKey();
            _usable?.RemoveKey();
        }
    }

    public bool AwaitsHello => true;

    public Task BeginHandshake(SslStream tls, ReadOnlySpan<byte> hello, out IHandshakeFindings? findings)
    {
        findings = null;
        TlsServerSettings? usable;
        string? text;
        lock (_lock)
        {
            bool hadOne = _usable is not null;
            if (TryRenew(out text) != Fault.None)
                Tell(hadOne ? $"{text}; the certificate read before stays in use" : text);
            usable = _usable;
        }
        return usable is null
            ? Task.FromException(new AuthenticationException(text))
            : usable.BeginHandshake(tls, hello, out findings);
    }

    /// <summary>Reads the files if they are not those that were read.</summary>
    private Fault TryRenew(out string? text)
    {
        SettingValues values = settings.Current;
        Look look = Look.At(values);
        text = null;
        if (_usable is not null && look == _usableSince)
            return Fault.None;
        if (!values.TlsRules.AllowSomething)
        {
            text = TlsRules.NothingAllowed;
            return Fault.Config;
        }
        Fault fault = TlsServerSettings.TryLoad(
            look.CertificateFile, look.KeyFile, out TlsServerSettings? made, out text, values.TlsRules);
        if (fault != Fault.None)
            return fault;
        if (_usable is not null)
            log.Write(LogLevel.Info, "tls", $"{look.CertificateFile}: read again");
        _replaced?.RemoveKey();
        _replaced = _usable;
        _usable = made;
        _usableSince = look;
        return Fault.None;
    }

    private void Tell(string? text)
    {
        Look look = Look.At(settings.Current);
        if (look != _toldOf)
            log.Write(LogLevel.Warning, "tls", $"{text}");
        _toldOf = look;
    }

    /// <summary>What the settings name, and in which state the files were.</summary>
    private readonly record struct Look(
        string CertificateFile, string? KeyFile, FileStamp Certificate, FileStamp Key, string? Ciphers, string Oldest)
    {
        public static Look At(SettingValues values)
        {
            string certificate = values.FullPath(Keys.TlsCertFile)!;
            string? key = values.FullPath(Keys.TlsKeyFile);
            return new Look(
                certificate, key, StampOf(certificate), key is null ? default : StampOf(key),
                values.Text(Keys.TlsCiphers), values.Word(Keys.TlsMinVersion));
        }

        // Before the file is read: so one that changes meanwhile is read once more.
        private static FileStamp StampOf(string file)
        {
            FileCalls.Real.Stat([.. Encoding.UTF8.GetBytes(file), 0], out FileStamp stamp);
            return stamp;
        }
    }
}
