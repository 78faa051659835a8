using System.Security.Cryptography;
using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Authentication.Dkim;

/// <summary>
/// One private key, read again when its file has changed. A file that cannot be used is told of once for each state of
/// it, and the key before stays in use. Any thread; blocks as long as a file takes.
/// </summary>
internal sealed class DkimKeyFile(DkimKeyPlace place, Log log)
{
    private readonly byte[] _path = [.. Encoding.UTF8.GetBytes(place.File), 0];
    private readonly Lock _lock = new();
    private DkimKey? _key;
    private FileStamp? _readSince;
    private FileStamp? _toldOf;

    public DkimKeyPlace Place => place;

    /// <summary>The key that can be used; null: there never was one.</summary>
    public DkimKey? Current
    {
        get
        {
            lock (_lock)
            {
                Look();
                return _key;
            }
        }
    }

    /// <summary>Why there is no key that can be used; null: there is one, be it the one before.</summary>
    public string? TryLoad()
    {
        lock (_lock)
        {
            string? problem = Look();
            return _key is null ? problem : null;
        }
    }

    /// <summary>Reads a key as it is now.</summary>
    /// <param name="key">Not null where nothing is wrong.</param>
    /// <returns>What is wrong, with the file's name and nothing of the key; null: nothing.</returns>
    public static string? Read(DkimKeyPlace place, out DkimKey? key)
    {
        key = null;
        string? problem;
        try
        {
            problem = Read(TextFile.Read(place.File, TextFile.PemLimit), out SigningKey? read);
            if (read is not null)
                key = new DkimKey(place.Domain, place.Selector, read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            problem = ExceptionWords.Of(e);
        }
        return problem is null ? null : $"{place.File}: {problem}";
    }

    /// <summary>Reads a key out of a text.</summary>
    /// <param name="key">Not null where nothing is wrong.</param>
    /// <returns>What is wrong, with nothing of the key; null: nothing.</returns>
    public static string? Read(string pem, out SigningKey? key)
    {
        key = SigningKey.Read(pem, out string fault);
        if (key is null)
            return WhyNone(pem) ?? fault;
        if (IsPair(key))
            return null;
        key = null;
        return "the private key is damaged: its numbers do not belong together";
    }

    // The forms that people have, and take for one that will do.
    private static string? WhyNone(string pem)
    {
        bool Has(string text) => pem.Contains(text, StringComparison.Ordinal);
        if (Has("ENCRYPTED"))
            return "the private key in it is encrypted; a signature needs one without a password";
        if (Has("BEGIN EC PRIVATE KEY"))
            return "it is a key for ECDSA; DKIM knows RSA and Ed25519";
        if (Has("BEGIN OPENSSH PRIVATE KEY"))
            return "it is a key in the form of OpenSSH; PKCS#8 is wanted, as openssl genpkey makes it";
        return Has("BEGIN PUBLIC KEY") ? "it is a public key; the private one is wanted" : null;
    }

    // One whose numbers do not belong together may be read all the same, and makes signatures that nobody accepts.
    private static bool IsPair(SigningKey key)
    {
        byte[] digest = new byte[SHA256.HashSizeInBytes];
        return PublicKeyRecord.TryParse(key.Record, out PublicKeyRecord record, out _)
            && VerifyingKey.Of(record, out _)?.Verify(digest, key.Sign(digest)) == true;
    }

    // The stamp is taken before the file is read: so one that changes meanwhile is read once more. What cannot be used
    // is tried again at the next call: there may have been no descriptor left.
    private string? Look()
    {
        FileCalls.Real.Stat(_path, out FileStamp stamp);
        if (stamp == _readSince)
            return null;
        if (Read(place, out DkimKey? made) is { } problem)
        {
            Tell(stamp, problem);
            return problem;
        }
        if (_key is not null)
            log.Write(LogLevel.Info, "dkim", $"{place.File}: read again");
        // a signature that is being made may have the one before: its finalizer disposes of it
        _key = made;
        _readSince = stamp;
        return null;
    }

    private void Tell(FileStamp stamp, string problem)
    {
        if (stamp == _toldOf)
            return;
        _toldOf = stamp;
        string what = _key is null ? "nothing is signed with it" : "the key read before stays in use";
        log.Write(LogLevel.Error, "dkim", $"{problem}; {what}");
    }
}
