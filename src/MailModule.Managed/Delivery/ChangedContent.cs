using MailModule.Lines;
using MailModule.Mail;

namespace MailModule.Delivery;

/// <summary>
/// A message at rest in a file of its own, which nobody changes any more; the file goes with <see cref="Dispose"/>.
/// </summary>
internal sealed class ChangedContent : MessageContent, IDisposable
{
    private readonly string _path;

    private ChangedContent(string path, long length, long wireLength)
    {
        _path = path;
        Length = length;
        WireLength = wireLength;
    }

    public override long Length { get; }
    public override long WireLength { get; }
    public override ReadOnlyMemory<byte> Memory => default;
    public override string? FilePath => null;

    /// <summary>
    /// Measures a file, which is from then on the content's; null if it cannot be read, is empty, or is no file.
    /// </summary>
    public static ChangedContent? TryOpen(string path)
    {
        try
        {
            using FileStream file = Open(path);
            var wire = new WireLength();
            long length = 0;
            byte[] piece = new byte[64 * 1024];
            int count;
            while ((count = file.Read(piece)) > 0)
            {
                length += count;
                wire.Add(piece.AsSpan(0, count));
            }
            return length == 0 ? null : new ChangedContent(path, length, wire.Total);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public override Stream OpenRead() => Open(_path);

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

    private static FileStream Open(string path)
        => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
}
