using System.Text;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Primitives.Os;

namespace MailModule.Delivery;

/// <summary>
/// A message at rest in a file of its own, which nobody changes any more; the file goes with <see cref="Dispose"/>.
/// </summary>
internal sealed class ChangedContent : MessageContent, IDisposable
{
    private readonly string _path;
    private readonly FileStamp _stamp;

    private ChangedContent(string path, FileStamp stamp, long wireLength)
    {
        _path = path;
        _stamp = stamp;
        WireLength = wireLength;
    }

    public override long Length => _stamp.Length;
    public override long WireLength { get; }
    public override ReadOnlyMemory<byte> Memory => default;
    public override string? FilePath => null;

    /// <summary>
    /// Measures a file, which is from then on the content's; null if it cannot be read, is empty, or is no file.
    /// </summary>
    /// <param name="isOurs">Whether a file that a command has put there may be used.</param>
    public static ChangedContent? TryOpen(string path, Func<FileStamp, bool> isOurs)
    {
        try
        {
            using DescriptorStream file = Open(path, out FileStamp stamp);
            if (stamp.Length == 0 || !isOurs(stamp))
                return null;
            var wire = new WireLength();
            byte[] piece = new byte[64 * 1024];
            int count;
            while ((count = file.Read(piece)) > 0)
                wire.Add(piece.AsSpan(0, count));
            return new ChangedContent(path, stamp, wire.Total);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public override Stream OpenRead()
    {
        DescriptorStream file = Open(_path, out FileStamp stamp);
        if ((stamp.Device, stamp.Inode, stamp.Length) == (_stamp.Device, _stamp.Inode, _stamp.Length))
            return file;
        file.Dispose();
        throw new IOException($"{_path} is another file now");
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // the sweep of scratch files removes it after a day
        }
    }

    // The command that wrote it may have put anything there, a pipe say.
    private static DescriptorStream Open(string path, out FileStamp stamp)
    {
        int descriptor = FileCalls.Linux.OpenItself([.. Encoding.UTF8.GetBytes(path), 0]);
        stamp = default;
        if (descriptor < 0)
            throw new IOException($"{path} cannot be opened (error {-descriptor})");
        if (FileCalls.Linux.StatAt(descriptor, default, out stamp) >= 0 && stamp is { IsRegular: true, Links: 1 })
            return new DescriptorStream(FileCalls.Linux, descriptor, stamp.Length);
        FileCalls.Linux.Close(descriptor);
        throw new IOException($"{path} is no file of its own");
    }
}
