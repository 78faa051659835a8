using System.Buffers;
using MailModule.Lines;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// A message whose file has just been opened: what will be read of it, and its size, which is what the name tells only
/// if that can be so. Another program may have changed the file under its name.
/// </summary>
/// <param name="Content">To be closed.</param>
/// <param name="Size">On the wire not known where that is too much to read.</param>
internal readonly record struct OpenedMessage(Stream Content, MessageSize Size)
{
    /// <summary>What is not longer is read whole, and so counted, before it is sent.</summary>
    private const int WholeLimit = 16 * 1024;

    /// <param name="descriptor">Closed on failure.</param>
    /// <param name="length">Of the file as it was opened: it is read no further.</param>
    /// <param name="told">What its name tells, or what it was when it was counted.</param>
    /// <returns>0, or what went wrong, with its sign turned.</returns>
    public static int Make(FileCalls calls, int descriptor, long length, MessageSize told, out OpenedMessage message)
    {
        int result = length <= WholeLimit
            ? Read(calls, descriptor, (int)length, out message)
            : OpenStream(calls, descriptor, length, told, out message);
        if (result < 0 || message.Content is MemoryStream)
            calls.Close(descriptor);
        return Math.Min(result, 0);
    }

    private static int Read(FileCalls calls, int descriptor, int length, out OpenedMessage message)
    {
        byte[] octets = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
        int end = 0, count = 0;
        while (end < length && (count = calls.Read(descriptor, octets.AsSpan(end, length - end))) > 0)
            end += count;
        var onWire = new WireLength();
        onWire.Add(octets.AsSpan(0, end));
        message = new OpenedMessage(new PooledMessage(octets, end), new MessageSize(end, onWire.Total));
        if (count < 0)
            message.Content.Dispose();
        return count;
    }

    private static int OpenStream(
        FileCalls calls, int descriptor, long length, MessageSize told, out OpenedMessage message)
    {
        int result = 0;
        MessageSize size = told;
        if (told.Length != length || told.IsImpossible)
            result = Measure(calls, descriptor, length, out size);
        message = new OpenedMessage(new DescriptorStream(calls, descriptor, size.Length), size);
        return result;
    }

    private static int Measure(FileCalls calls, int descriptor, long length, out MessageSize size)
    {
        size = new MessageSize(length, -1);
        if (length > MaildirListing.MeasureLimit)
            return 0;
        int result = MessageFile.Measure(calls, descriptor, length, out size);
        return result < 0 ? result : calls.Rewind(descriptor);
    }
}
