using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Delivery;

/// <summary>Puts a message at rest into the spool as a new message. Blocks: workers only.</summary>
internal static class SpoolCopy
{
    private const int PieceLength = 64 * 1024;

    /// <summary>
    /// Returns when the new message is durable and the spool's consumer has it, or nothing of it is left: the spool's
    /// fault, or <see cref="Fault.Io"/> if the content cannot be read.
    /// </summary>
    /// <param name="content">From its first octet on; final form (Return-Path first). Not disposed of.</param>
    public static Fault Write(ISpool spool, Envelope envelope, Stream content, long length, out string id)
    {
        id = "";
        Fault fault = spool.TryBegin(envelope, length, out ISpoolWriter writer);
        if (fault != Fault.None)
            return fault;
        id = writer.Id;
        if (!TryAppend(writer, content))
        {
            writer.Discard();
            return Fault.Io;
        }
        return Commit(writer);
    }

    /// <summary>Appends all of a content; false: it cannot be read. Blocks: workers only.</summary>
    public static bool TryAppend(ISpoolWriter writer, Stream content)
    {
        using var room = new ManualResetEventSlim();
        byte[] piece = GC.AllocateUninitializedArray<byte>(PieceLength);
        try
        {
            while (content.Read(piece) is > 0 and var count)
            {
                if (writer.Append(piece.AsSpan(0, count), room.Set))
                    continue;
                room.Wait();
                room.Reset();
            }
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>
    /// Returns when the message is durable and the spool's consumer has it, or nothing of it is left. Blocks: workers
    /// only.
    /// </summary>
    public static Fault Commit(ISpoolWriter writer)
    {
        using var done = new ManualResetEventSlim();
        Fault fault = Fault.None;
        writer.CommitAfterConsumer(result =>
        {
            fault = result;
            done.Set();
        });
        done.Wait();
        if (fault != Fault.None)
            writer.Discard();
        return fault;
    }
}
