using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using MailModule.Mail;

namespace MailModule.Delivery.Reports;

/// <summary>The whole text of a report: a message of multipart/report (RFC 6522) with a part for people, one for machines, and the message that it is about.</summary>
internal static class ReportText
{
    /// <param name="envelope">The report's own.</param>
    /// <param name="id">The report's own.</param>
    public static void Write(Report report, ReturnedContent content, Envelope envelope, string id, ReportOutput output)
    {
        // Drawn after the message was written and of 128 random bits: it cannot occur in it.
        string boundary = "=_" + Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        WriteTrace(report, envelope, id, output);
        WriteHeader(report, id, boundary, output);
        WriteHuman(report, content, boundary, output);
        BeginPart(boundary, "message/" + StatusPart.TypeOf(report), report.IsUtf8 ? "8bit" : "7bit", "Delivery report", output);
        StatusPart.Write(report, output);
        BeginPart(boundary, content.Type, content.Encoding, content.IsWhole ? "Your message" : "The header of your message", output);
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

    private static void WriteTrace(Report report, Envelope envelope, string id, ReportOutput output)
    {
        var fields = new ArrayBufferWriter<byte>(512);
        TraceHeaders.WriteReturnPath(fields, envelope.ReversePath);
        TraceHeaders.WriteReceived(fields, envelope, new TraceInfo(report.Host, id, Extended: false, TlsDescription: null));
        output.Write(Encoding.UTF8.GetString(fields.WrittenSpan).Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    private static void WriteHeader(Report report, string id, string boundary, ReportOutput output)
    {
        output.WriteLine($"From: Mail Delivery System <MAILER-DAEMON@{report.Host}>");
        output.WriteLine($"To: <{report.Sender.Address}>");
        output.WriteLine($"Subject: {ReportWords.Subject(report.Kind)}");
        output.WriteLine($"Date: {DateOf(report.Date)}");
        output.WriteLine($"Message-ID: <{id}@{report.Host}>");
        // RFC 3834 §5: made by a machine in answer to a message
        output.WriteLine("Auto-Submitted: auto-replied");
        output.WriteLine("MIME-Version: 1.0");
        output.WriteLine($"Content-Type: multipart/report; report-type={StatusPart.TypeOf(report)};");
        output.WriteLine($"\tboundary=\"{boundary}\"");
        output.WriteLine();
        output.WriteLine("This is a report about your message, in the form of RFC 3464.");
    }

    private static void WriteHuman(Report report, ReturnedContent content, string boundary, ReportOutput output)
    {
        bool isAscii = HumanPart.IsAscii(report);
        string encoding = isAscii ? "7bit" : report.IsUtf8 ? "8bit" : "base64";
        BeginPart(boundary, $"text/plain; charset={(isAscii ? "us-ascii" : "utf-8")}", encoding, "What happened", output);
        if (encoding != "base64")
        {
            HumanPart.Write(report, content, output);
            return;
        }
        var encoded = new EncodedOutput(output);
        HumanPart.Write(report, content, encoded);
        encoded.Finish();
    }

    private static void BeginPart(string boundary, string type, string encoding, string description, ReportOutput output)
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
