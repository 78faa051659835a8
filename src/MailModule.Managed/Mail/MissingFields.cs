using System.Buffers;
using System.Text;

namespace MailModule.Mail;

/// <summary>
/// Date, From and Message-ID, which the first host of a message adds where its sender has not written them (RFC 6409
/// §8; RFC 5322 §3.6 wants From as it wants Date).
/// </summary>
internal static class MissingFields
{
    /// <summary>Writes those that the header lacks, in wire form.</summary>
    /// <param name="from">Who sends it, for From; null, or the null sender: there is nobody to name.</param>
    /// <param name="id">Given once; names the message in our log.</param>
    public static void Write(
        IBufferWriter<byte> output, HeaderFilter header, DateTimeOffset date, string id, string hostName,
        MailAddress? from = null)
    {
        if (!header.HasDate)
            WriteDate(output, date);
        if (!header.HasFrom && from is { IsNull: false })
            output.Write(Encoding.UTF8.GetBytes($"From: {from.WireText}\r\n"));
        if (!header.HasMessageId)
            output.Write(Encoding.ASCII.GetBytes($"Message-ID: <{id}@{hostName}>\r\n"));
    }

    private static void WriteDate(IBufferWriter<byte> output, DateTimeOffset date)
    {
        output.Write("Date: "u8);
        output.Advance(TraceHeaders.WriteDate(date, output.GetSpan(64)));
        output.Write("\r\n"u8);
    }
}
