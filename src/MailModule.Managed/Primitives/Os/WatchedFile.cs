using System.Text;

namespace MailModule.Primitives.Os;

/// <summary>
/// The parsed content of a small system file, read again when the file has changed. While the file cannot be read (no
/// descriptor left, say) the content read last stands. Any thread; blocks as long as a file takes.
/// </summary>
/// <param name="parse">Gets its octets; an <see cref="InvalidDataException"/> means that it cannot be read.</param>
/// <param name="tell">Gets why it cannot be read, once for each state of the file.</param>
internal sealed class WatchedFile<T>(string path, Func<byte[], T> parse, Action<string>? tell = null)
    where T : class
{
    private const int SizeLimit = 16 * 1024 * 1024;

    private readonly byte[] _path = [.. Encoding.UTF8.GetBytes(path), 0];
    private readonly Lock _lock = new();
    private FileStamp _stamp;
    private FileStamp _toldOf;
    private T? _content;

    /// <summary>Null: there is no such file, or it could not be read yet.</summary>
    public T? Current
    {
        get
        {
            int result = FileCalls.Real.Stat(_path, out FileStamp stamp);
            lock (_lock)
            {
                if (result == -Errno.NoEntry)
                    _content = null;
                else if (result >= 0 && (_content is null || stamp != _stamp))
                    Read(stamp);
                return _content;
            }
        }
    }

    private void Read(FileStamp stamp)
    {
        try
        {
            _content = parse(TextFile.ReadOctets(path, SizeLimit));
            _stamp = stamp;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // The next call tries again.
            if (_toldOf != stamp)
                tell?.Invoke(ExceptionWords.Of(e));
            _toldOf = stamp;
        }
    }
}
