using MailModule.Delivery.Outgoing;
using MailModule.Primitives;

namespace MailModule.Engine.Sending;

/// <summary>Copies the content that the host program gives piece by piece.</summary>
internal static class ContentCopy
{
    private const int PieceLength = 64 * 1024;

    /// <summary>
    /// Asks until the end. Blocks as long as the host does. A reader that fails or promises more than fits is
    /// <see cref="Fault.Io"/>.
    /// </summary>
    public static Fault FromReader(ContentReader reader, SubmissionContent content, Func<bool> isCancelled)
    {
        byte[] piece = GC.AllocateUninitializedArray<byte>(PieceLength);
        while (!isCancelled())
        {
            int count = reader(piece);
            if (count == 0)
                return Fault.None;
            if (count < 0 || count > piece.Length)
                return FaultReason.Because(Fault.Io, "the host's reader gave an error, or more than was asked for");
            Fault fault = content.Write(piece.AsSpan(0, count));
            if (fault != Fault.None)
                return fault;
        }
        return Fault.Cancelled;
    }
}
