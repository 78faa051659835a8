using System.Text;

namespace MailModule.Primitives.Os;

/// <summary>
/// A text that the machine's administrator has written and the settings name, or a system file: configuration, PEM,
/// hosts. It may be a symbolic link. What is no file (a pipe, a device, a folder) is an error at once, and no more is
/// read than a limit, whatever the file says of its length. Any thread; blocks as long as a file takes.
/// </summary>
internal static class TextFile
{
    /// <summary>Room for a bundle of all the roots that there are, several times.</summary>
    public const int PemLimit = 4 * 1024 * 1024;

    private const string NoFile = "it is no file, but a pipe or a device";
    private const int FirstPiece = 16 * 1024;

    /// <summary>Its text, without a byte order mark.</summary>
    /// <inheritdoc cref="ReadOctets"/>
    /// <exception cref="InvalidDataException">Too long, or not in UTF-8 by its byte order mark.</exception>
    public static string Read(string path, int limit) => ByteOrderMark.Decode(ReadOctets(path, limit));

    /// <summary>A file's octets, as they are.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="limit">Octets at most.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="IOException">It cannot be read, or is no file.</exception>
    /// <exception cref="InvalidDataException">It is too long.</exception>
    public static byte[] ReadOctets(string path, int limit)
    {
        int descriptor = FileCalls.Real.OpenReadNonBlocking([.. Encoding.UTF8.GetBytes(path), 0]);
        if (descriptor < 0)
            throw Failure(descriptor);
        try
        {
            int result = FileCalls.Real.StatAt(descriptor, default, out FileStamp stamp);
            if (result < 0)
                throw Failure(result);
            if (!stamp.IsRegular)
                throw ExceptionWords.Unreadable(
                    stamp.IsDirectory ? "it is a folder" : NoFile);
            return stamp.Length > limit ? throw TooLong(limit) : ReadAll(descriptor, stamp.Length, limit);
        }
        finally
        {
            FileCalls.Real.Close(descriptor);
        }
    }

    // One octet more than there should be: the end is found without a larger room.
    private static byte[] ReadAll(int descriptor, long expected, int limit)
    {
        byte[] octets = new byte[Math.Min(Math.Max(expected + 1, FirstPiece), limit + 1L)];
        int length = 0, count;
        while ((count = FileCalls.Real.Read(descriptor, octets.AsSpan(length))) > 0)
        {
            length += count;
            if (length > limit)
                throw TooLong(limit);
            if (length == octets.Length)
                Array.Resize(ref octets, (int)Math.Min(octets.Length * 4L, limit + 1L));
        }
        return count < 0 ? throw Failure(count) : octets[..length];
    }

    private static InvalidDataException TooLong(int limit) => new($"it has more than {limit} octets");

    private static Exception Failure(int result) => -result switch
    {
        Errno.NoEntry or Errno.NotDirectory => new FileNotFoundException("there is no such file"),
        Errno.NoDeviceOrAddress => ExceptionWords.Unreadable(NoFile),
        Errno.NoAccess => new UnauthorizedAccessException("it may not be read"),
        _ => ExceptionWords.Unreadable(SystemFault.WordsOf(-result)),
    };
}
