using System.Buffers;
using System.Text;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// The fields that the first host of a message adds (RFC 6409 §8): Received, and Date and Message-ID where the sender
/// has not written them. Fields that are there stay as they are.
/// </summary>
internal static class SubmissionFields
{
    private const int PieceLength = 16 * 1024;

    /// <summary>No sender writes more header than this; fields behind it do not count.</summary>
    private const int HeaderLimit = 1024 * 1024;

    /// <summary>Reads the header section of finished content. May touch the disk.</summary>
    public static HeaderScanner Scan(SubmissionContent content)
    {
        var scan = new HeaderScanner();
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        for (long at = 0; at < HeaderLimit && !scan.IsAtEnd; at += PieceLength)
        {
            if (content.Read(piece.AsSpan(0, PieceLength), at, out int count) != Fault.None || count == 0)
                break;
            scan.Add(piece.AsSpan(0, count));
        }
        ArrayPool<byte>.Shared.Return(piece);
        return scan;
    }

    /// <summary>Writes the fields, in wire form.</summary>
    /// <param name="id">Names the message in our log.</param>
    public static void Write(
        IBufferWriter<byte> output, in HeaderScanner scan, Envelope envelope, string hostName, string id)
    {
        TraceHeaders.WriteReceived(output, envelope, new TraceInfo(hostName, id, Extended: true, null));
        if (!scan.HasDate)
            WriteDate(output, envelope.Received);
        if (!scan.HasMessageId)
            output.Write(Encoding.UTF8.GetBytes($"Message-ID: <{id}@{hostName}>\r\n"));
        // Content without a header section must not have its first lines taken for fields.
        if (!scan.IsHeader)
            output.Write("\r\n"u8);
    }

    private static void WriteDate(IBufferWriter<byte> output, DateTimeOffset date)
    {
        output.Write("Date: "u8);
        output.Advance(TraceHeaders.WriteDate(date, output.GetSpan(64)));
        output.Write("\r\n"u8);
    }
}
