using MailModule.Authentication;
using MailModule.Authentication.Dkim;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Authenticating;

/// <summary>One key, which the host gives, for messages of whatever domain.</summary>
internal sealed class HostKey : IDkimKeys
{
    private readonly DkimKey[] _keys;

    private HostKey(DkimKey key) => _keys = [key];

    public DkimKey Key => _keys[0];

    /// <summary><see cref="Fault.Argument"/>: no domain or selector; <see cref="Fault.Config"/>: no key that can sign.
    /// </summary>
    /// <param name="key">Not null when the result is None.</param>
    public static Fault Read(GivenKey given, string pem, out HostKey? key)
    {
        key = null;
        if (!DkimKeyPlace.TryMake(
            given.Domain, given.Selector, "key", Environment.CurrentDirectory, out DkimKeyPlace place,
            out string error))
            return FaultReason.Because(Fault.Argument, error);
        string? problem = DkimKeyFile.Read(pem, out SigningKey? read);
        if (problem is null)
            key = new HostKey(new DkimKey(place.Domain, place.Selector, read!));
        return problem is null ? Fault.None : FaultReason.Because(Fault.Config, problem);
    }

    /// <summary>The key's text. <see cref="Fault.NotFound"/>, <see cref="Fault.Io"/>: the file.</summary>
    public static Fault ReadText(GivenKey given, out string pem)
    {
        pem = given.Pem ?? "";
        if (given.Path is not { } path)
            return Fault.None;
        try
        {
            pem = TextFile.Read(path, TextFile.PemLimit);
            return Fault.None;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return FaultReason.Because(Fault.NotFound, $"{path}: there is no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException
            or ArgumentException or NotSupportedException)
        {
            return FaultReason.Because(Fault.Io, $"{path}: {ExceptionWords.Of(e)}");
        }
    }

    public IReadOnlyList<DkimKey> Find(string domain) => _keys;
}
