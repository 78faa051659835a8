using System.Text;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// A certificate and its key in files that are looked at before each handshake. A pair that cannot be used is told
/// once, and the one before stays. Not for two threads at once.
/// </summary>
internal sealed class WatchedPair(Log log)
{
    private TlsServerSettings? _usable;
    private TlsServerSettings? _replaced; // a handshake that has begun may use it still
    private Look _usableSince;
    private Look _toldOf;

    /// <summary>The pair that can be used; null and why, where there never was one.</summary>
    public TlsServerSettings? Current(SettingValues values, PairFiles files, out string? text)
    {
        bool hadOne = _usable is not null;
        if (TryRenew(values, files, out text) != Fault.None)
            Tell(Look.At(values, files), hadOne ? $"{text}; the certificate read before stays in use" : text);
        return _usable;
    }

    /// <summary>Reads the files if they are not those that were read.</summary>
    public Fault TryRenew(SettingValues values, PairFiles files, out string? text)
    {
        var look = Look.At(values, files);
        text = null;
        if (_usable is not null && look == _usableSince)
            return Fault.None;
        if (!values.TlsRules.AllowSomething)
        {
            text = TlsRules.NothingAllowed;
            return Fault.Config;
        }
        Fault fault = TryLoadTrust(look, out ClientTrust? clients, out text);
        TlsServerSettings? made = null;
        if (fault == Fault.None)
            fault = TlsServerSettings.TryLoad(
                files.Certificate, files.Key, out made, out text, values.TlsRules, clients);
        if (fault != Fault.None)
            return fault;
        if (_usable is not null)
            log.Write(LogLevel.Info, "tls", $"{files.Certificate}: read again");
        _replaced?.RemoveKey();
        _replaced = _usable;
        _usable = made;
        _usableSince = look;
        return Fault.None;
    }

    /// <summary>No handshake uses it any more: see <see cref="TlsServerSettings.RemoveKey"/>.</summary>
    public void End()
    {
        _replaced?.RemoveKey();
        _usable?.RemoveKey();
    }

    private static Fault TryLoadTrust(Look look, out ClientTrust? clients, out string? text)
    {
        (clients, text) = (null, null);
        if (look.ClientCertificates == "off")
            return Fault.None;
        if (look.Authorities is { } file)
            return ClientTrust.TryLoad(file, look.ClientCertificates == "require", out clients, out text);
        text = "tls_client_cert needs tls_client_ca, which says whose certificates count";
        return Fault.Config;
    }

    private void Tell(Look look, string? text)
    {
        if (look != _toldOf)
            log.Write(LogLevel.Warning, "tls", $"{text}");
        _toldOf = look;
    }

    /// <summary>What the settings name, and in which state the files were.</summary>
    private readonly record struct Look(PairFiles Files, FileStamp Certificate, FileStamp Key)
    {
        public string? Ciphers { get; init; }
        public string? Oldest { get; init; }
        public string? ClientCertificates { get; init; }
        public string? Authorities { get; init; }
        public FileStamp AuthoritiesStamp { get; init; }

        public static Look At(SettingValues values, PairFiles files)
        {
            string asks = values.Word(Keys.TlsClientCert);
            string? authorities = asks == "off" ? null : values.FullPath(Keys.TlsClientCa);
            return new Look(files, StampOf(files.Certificate), StampOf(files.Key))
            {
                Ciphers = values.Text(Keys.TlsCiphers),
                Oldest = values.Word(Keys.TlsMinVersion),
                ClientCertificates = asks,
                Authorities = authorities,
                AuthoritiesStamp = StampOf(authorities),
            };
        }

        // Before the file is read: so one that changes meanwhile is read once more.
        private static FileStamp StampOf(string? file)
        {
            FileStamp stamp = default;
            if (file is not null)
                FileCalls.Real.Stat([.. Encoding.UTF8.GetBytes(file), 0], out stamp);
            return stamp;
        }
    }
}
