using System.Text;

namespace MailModule.Delivery.Reports;

/// <summary>
/// The part of a DSN for people: what became of the message for each recipient, and what was said about it.
/// </summary>
internal static class HumanReadablePart
{
    private const string Indent = "    ";

    /// <summary>True if nothing in it is outside ASCII.</summary>
    public static bool IsAscii(Dsn dsn)
        => Ascii.IsValid(dsn.Original.Envelope.ReversePath.Text)
            && dsn.Recipients.All(recipient => Ascii.IsValid(recipient.Recipient.Address.Text)
            && Ascii.IsValid(recipient.Recipient.OriginalRecipient ?? "") && Ascii.IsValid(recipient.Diagnostic)
            && Ascii.IsValid(recipient.RemoteHost ?? ""));

    public static void Write(Dsn dsn, ReturnedContent content, DsnOutput output)
    {
        output.WriteLine($"This is the mail server {dsn.Host}.");
        output.WriteLine();
        foreach (string line in DsnWords.Opening(dsn.Kind))
            output.WriteLine(line);
        output.WriteLine();
        foreach (DsnRecipient recipient in dsn.Recipients)
            Write(dsn, recipient, output);
        output.WriteLine($"The message came from <{dsn.Original.Envelope.ReversePath}> on");
        output.WriteLine(
            $"{DsnMessage.DateOf(dsn.Original.Envelope.Received)} and is known here as {dsn.Original.Id}.");
        output.WriteLine(content.IsWhole ? "It is attached to this report." : "Its header is attached to this report.");
    }

    private static void Write(Dsn dsn, DsnRecipient recipient, DsnOutput output)
    {
        output.WriteLine($"<{recipient.Recipient.Address}>");
        if (recipient.Recipient.OriginalRecipient is { } original
            && !original.EndsWith(';' + recipient.Recipient.Address.Text, StringComparison.OrdinalIgnoreCase))
            WriteIndented($"(sent to {original[(original.IndexOf(';', StringComparison.Ordinal) + 1)..]})", Indent,
                output);
        if (recipient.RemoteHost is { } host)
            WriteIndented($"The mail server {host} said:", Indent, output);
        WriteIndented(recipient.Diagnostic, recipient.RemoteHost is null ? Indent : Indent + Indent, output);
        if (dsn.Kind == DsnKind.Delayed && recipient.RetryUntil is { } until)
            WriteIndented($"Attempts go on until {DsnMessage.DateOf(until)}.", Indent, output);
        output.WriteLine();
    }

    private static void WriteIndented(string text, string indent, DsnOutput output)
    {
        foreach (string line in FieldLines.Wrap(text, indent.Length))
            output.WriteLine(indent + line.TrimStart(' '));
    }
}
