using System.Buffers;
using System.Text;
using MailModule.Mail;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Reports;

/// <summary>
/// The whole text of a DSN: a message of multipart/report (RFC 6522) with a part for people, one for machines, and
/// the message that it is about.
/// </summary>
internal static class DsnMessage
{
    /// <summary>What stands in front of it: Return-Path and Received.</summary>
    /// <param name="envelope">The DSN's own.</param>
    /// <param name="id">The DSN's own.</param>
    public static void WriteTrace(Dsn dsn, Envelope envelope, string id, DsnOutput output)
    {
        var fields = new ArrayBufferWriter<byte>(512);
        ReturnPath.Write(fields, envelope.ReversePath);
        WriteReceived(dsn, envelope, id, fields);
        output.Write(Encoding.UTF8.GetString(fields.WrittenSpan).Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    /// <summary>The Received field alone, in wire form.</summary>
    /// <inheritdoc cref="WriteTrace"/>
    public static void WriteReceived(Dsn dsn, Envelope envelope, string id, IBufferWriter<byte> output)
        => TraceHeaders.WriteReceived(
            output, envelope, new TraceInfo(dsn.Host, id, Extended: false, TlsDescription: null));

    /// <summary>All of the message behind what <see cref="WriteTrace"/> writes.</summary>
    /// <param name="id">The DSN's own.</param>
    public static void Write(Dsn dsn, ReturnedContent content, string id, DsnOutput output)
    {
        // 128 random bits, drawn after the returned message was written, cannot occur in that message.
        string boundary = "=_" + Convert.ToHexString(RandomOctets.Get(16));
        WriteHeader(dsn, id, boundary, output);
        WriteHumanReadablePart(dsn, content, boundary, output);
        BeginPart(boundary, "message/" + DeliveryStatusPart.TypeOf(dsn), dsn.IsUtf8 ? "8bit" : "7bit",
            "Delivery report", output);
        DeliveryStatusPart.Write(dsn, output);
        BeginPart(boundary, content.Type, content.Encoding,
            content.IsWhole ? "Your message" : "The header of your message", output);
        content.Write(output);
        output.WriteLine();
        output.WriteLine($"--{boundary}--");
    }

    /// <summary>RFC 5322 §3.3.</summary>
    public static string DateOf(DateTimeOffset date)
    {
        Span<byte> octets = stackalloc byte[40];
        return Encoding.ASCII.GetString(octets[..TraceHeaders.WriteDate(date, octets)]);
    }

    private static void WriteHeader(Dsn dsn, string id, string boundary, DsnOutput output)
    {
        output.WriteLine($"From: Mail Delivery System <MAILER-DAEMON@{dsn.Host}>");
        output.WriteLine($"To: <{dsn.Sender.Address.WireText}>");
        output.WriteLine($"Subject: {DsnWords.Subject(dsn.Kind)}");
        output.WriteLine($"Date: {DateOf(dsn.Date)}");
        output.WriteLine($"Message-ID: <{id}@{dsn.Host}>");
        // RFC 3834 §5: made by a machine in answer to a message
        output.WriteLine("Auto-Submitted: auto-replied");
        output.WriteLine("MIME-Version: 1.0");
        output.WriteLine($"Content-Type: multipart/report; report-type={DeliveryStatusPart.TypeOf(dsn)};");
        output.WriteLine($"\tboundary=\"{boundary}\"");
        output.WriteLine();
        output.WriteLine("This is a report about your message, in the form of RFC 3464.");
    }

    private static void WriteHumanReadablePart(Dsn dsn, ReturnedContent content, string boundary, DsnOutput output)
    {
        bool isAscii = HumanReadablePart.IsAscii(dsn);
        string encoding = isAscii ? "7bit" : dsn.IsUtf8 ? "8bit" : "base64";
        BeginPart(boundary, $"text/plain; charset={(isAscii ? "us-ascii" : "utf-8")}", encoding, "What happened",
            output);
        if (encoding != "base64")
        {
            HumanReadablePart.Write(dsn, content, output);
            return;
        }
        var encoded = new EncodedDsnOutput(output);
        HumanReadablePart.Write(dsn, content, encoded);
        encoded.Finish();
    }

    private static void BeginPart(string boundary, string type, string encoding, string description, DsnOutput output)
    {
        output.WriteLine();
        output.WriteLine($"--{boundary}");
        output.WriteLine($"Content-Type: {type}");
        output.WriteLine($"Content-Description: {description}");
        // RFC 2045 §6.1: what is not said is 7bit
        if (encoding != "7bit")
            output.WriteLine($"Content-Transfer-Encoding: {encoding}");
        output.WriteLine();
    }
}
