using MailModule.Primitives;
using Microsoft.Win32.SafeHandles;

namespace MailModule.Mime.Reading;

/// <summary>A message in a file, which is owned.</summary>
public sealed class FileSource : MessageSource
{
    private readonly SafeFileHandle _file;

    internal FileSource(SafeFileHandle file, long length)
    {
        _file = file;
        Length = length;
    }

    public override long Length { get; }

    /// <summary>
    /// <see cref="Fault.NotFound"/>, <see cref="Fault.Io"/> (a folder, a pipe, no right to read it).
    /// </summary>
    public static Fault Open(string path, out FileSource? source)
    {
        source = null;
        try
        {
            const FileShare Share = FileShare.ReadWrite | FileShare.Delete;
            SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, Share);
            source = new FileSource(file, RandomAccess.GetLength(file));
            return Fault.None;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return FaultReason.Because(Fault.NotFound, $"{path}: there is no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException
            or ArgumentException)
        {
            string wrong = Directory.Exists(path) ? "it is a folder" : ExceptionWords.Of(e);
            return FaultReason.Because(Fault.Io, $"{path}: {wrong}");
        }
    }

    public override int Read(long offset, Span<byte> buffer)
        => RandomAccess.Read(_file, buffer[..(int)Math.Clamp(Length - offset, 0, buffer.Length)], offset);

    public override void Dispose() => _file.Dispose();
}
