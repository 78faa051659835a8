using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// Tells the log of what lies in a mailbox and is no mail, once each: it is passed over, and hides nothing else. Any
/// thread.
/// </summary>
internal sealed class PassedOver(Log log)
{
    private const int KeptNames = 1_000;

    private readonly HashSet<string> _told = [];

    /// <summary>This is no fault of ours or of the system, but what the name leads to is not for us.</summary>
    public static bool IsReason(int result) => Reason(result) is not null;

    /// <param name="result">Why it was not opened; what may be otherwise the next time is not told.</param>
    public void Note(string folder, ReadOnlySpan<byte> name, int result)
    {
        if (result < 0 && Reason(result) is { } reason)
            Note(folder, name, reason);
    }

    /// <inheritdoc cref="Note(string, ReadOnlySpan{byte}, int)"/>
    // The path is joined for the log alone: whatever is opened comes by here, and nearly always it is.
    public void Note(MailFolder folder, ReadOnlySpan<byte> name, int result)
    {
        if (result < 0 && Reason(result) is { } reason)
            Note(folder.Path, name, reason);
    }

    public void Note(string folder, ReadOnlySpan<byte> name, string reason)
    {
        if (!log.IsEnabled(LogLevel.Warning))
            return;
        string path = $"{folder}{Path.DirectorySeparatorChar}{Encoding.UTF8.GetString(name)}";
        lock (_told)
        {
            if (_told.Count >= KeptNames)
                _told.Clear();
            if (!_told.Add(path))
                return;
        }
        log.Write(LogLevel.Warning, "mailbox", $"{path}: {reason}; passed over");
    }

    private static string? Reason(int result) => -result switch
    {
        Errno.SymbolicLink => "a symbolic link",
        Errno.NotDirectory => "no folder",
        Errno.CrossDevice => "another file system",
        Errno.NotPermitted or Errno.IsDirectory or Errno.NoDeviceOrAddress => "no file of the user's own",
        Errno.NoAccess => "closed to the user",
        _ => null,
    };
}
