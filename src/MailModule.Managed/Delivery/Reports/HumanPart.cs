using System.Text;

namespace MailModule.Delivery.Reports;

/// <summary>The part of a report for people: what became of the message for each recipient, and what was said about it.</summary>
internal static class HumanPart
{
    private const string Indent = "    ";

    /// <summary>True if nothing in it is outside ASCII.</summary>
    public static bool IsAscii(Report report)
        => Ascii.IsValid(report.About.Envelope.ReversePath.Text) && report.Recipients.All(recipient => Ascii.IsValid(recipient.Recipient.Address.Text)
            && Ascii.IsValid(recipient.Recipient.OriginalRecipient ?? "") && Ascii.IsValid(recipient.Diagnostic) && Ascii.IsValid(recipient.RemoteHost ?? ""));

    public static void Write(Report report, ReturnedContent content, ReportOutput output)
    {
        output.WriteLine($"This is the mail server {report.Host}.");
        output.WriteLine();
        foreach (string line in ReportWords.Opening(report.Kind))
            output.WriteLine(line);
        output.WriteLine();
        foreach (ReportedRecipient recipient in report.Recipients)
            Write(report, recipient, output);
        output.WriteLine($"The message came from <{report.About.Envelope.ReversePath}> on");
        output.WriteLine($"{ReportText.DateOf(report.About.Envelope.Received)} and is known here as {report.About.Id}.");
        output.WriteLine(content.IsWhole ? "It is attached to this report." : "Its header is attached to this report.");
    }

    private static void Write(Report report, ReportedRecipient recipient, ReportOutput output)
    {
        output.WriteLine($"<{recipient.Recipient.Address}>");
        if (recipient.Recipient.OriginalRecipient is { } original && !original.EndsWith(';' + recipient.Recipient.Address.Text, StringComparison.OrdinalIgnoreCase))
            WriteIndented($"(sent to {original[(original.IndexOf(';', StringComparison.Ordinal) + 1)..]})", Indent, output);
        if (recipient.RemoteHost is { } host)
            WriteIndented($"The mail server {host} said:", Indent, output);
        WriteIndented(recipient.Diagnostic, recipient.RemoteHost is null ? Indent : Indent + Indent, output);
        if (report.Kind == ReportKind.Delayed && recipient.RetryUntil is { } until)
            WriteIndented($"Attempts go on until {ReportText.DateOf(until)}.", Indent, output);
        output.WriteLine();
    }

    private static void WriteIndented(string text, string indent, ReportOutput output)
    {
        foreach (string line in FieldLines.Of(text, indent.Length))
            output.WriteLine(indent + line.TrimStart(' '));
    }
}
