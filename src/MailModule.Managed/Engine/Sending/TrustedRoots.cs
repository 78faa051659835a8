using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Sending;

/// <summary>
/// The roots that other hosts' certificates are held against (<c>tls_cafile</c>, <c>tls_capath</c>), read again when
/// the settings or the files' times change. Any thread.
/// </summary>
internal sealed class TrustedRoots(Log log)
{
    private readonly Lock _lock = new();
    private (string? File, string? Folder, DateTime FileTime, DateTime FolderTime) _known;
    private X509Certificate2Collection? _roots;

    /// <summary>Null: the system's. May read files.</summary>
    public X509Certificate2Collection? Of(SettingValues values)
    {
        string? file = values.FullPath(Keys.TlsCaFile);
        string? folder = values.FullPath(Keys.TlsCaPath);
        if ((file is null && folder is null) || !OpenSsl.IsThere)
            return null;
        lock (_lock)
        {
            var wanted = (
                file, folder, file is null ? default : File.GetLastWriteTimeUtc(file),
                folder is null ? default : Directory.GetLastWriteTimeUtc(folder));
            if (_roots is null || wanted != _known)
                _roots = Load(file, folder);
            _known = wanted;
            return _roots;
        }
    }

    // Roots that cannot be read are left out, so that checks fail: the settings ask for certificates to be checked.
    private X509Certificate2Collection Load(string? file, string? folder)
    {
        var roots = new X509Certificate2Collection();
        if (file is not null)
            Add(roots, file);
        foreach (string one in FilesIn(folder))
            Add(roots, one);
        return roots;
    }

    private string[] FilesIn(string? folder)
    {
        try
        {
            return folder is null ? [] : Directory.GetFiles(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Write(LogLevel.Error, "send", $"{folder}: {ExceptionWords.Of(e)}");
            return [];
        }
    }

    private void Add(X509Certificate2Collection roots, string file)
    {
        try
        {
            roots.ImportFromPem(TextFile.Read(file, TextFile.PemLimit));
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or InvalidDataException or CryptographicException)
        {
            string wrong = e is CryptographicException ? "it holds no certificate in PEM form" : ExceptionWords.Of(e);
            log.Write(LogLevel.Error, "send", $"{file}: {wrong}");
        }
    }
}
