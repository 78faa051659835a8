using System.Text;
using MailModule.Mail;

namespace MailModule.Delivery.Reports;

/// <summary>
/// The part of a DSN for people: what became of the message for each recipient, and what was said about it.
/// </summary>
internal static class HumanReadablePart
{
    private const string Indent = "    ";

    /// <summary>True if nothing in it is outside ASCII.</summary>
    public static bool IsAscii(Dsn dsn)
        => Ascii.IsValid(Shown(dsn.Original.Envelope.ReversePath))
            && dsn.Recipients.All(recipient => Ascii.IsValid(Shown(recipient.Recipient.Address))
            && Ascii.IsValid(recipient.Diagnostic) && Ascii.IsValid(recipient.RemoteHost ?? ""));

    public static void Write(Dsn dsn, ReturnedContent content, DsnOutput output)
    {
        output.WriteLine($"This is the mail server {dsn.Host}.");
        output.WriteLine();
        foreach (IGrouping<DsnKind, DsnRecipient> alike
            in dsn.Recipients.GroupBy(recipient => recipient.Kind).OrderBy(group => group.Key))
            Write(alike, output);
        output.WriteLine($"The message came from {Shown(dsn.Original.Envelope.ReversePath)} on");
        output.WriteLine(
            $"{DsnMessage.DateOf(dsn.Original.Envelope.Received)} and is known here as {dsn.Original.Id}.");
        output.WriteLine(content.IsWhole ? "It is attached to this report." : "Its header is attached to this report.");
    }

    private static void Write(IGrouping<DsnKind, DsnRecipient> alike, DsnOutput output)
    {
        foreach (string line in DsnWords.Opening(alike.Key))
            output.WriteLine(line);
        output.WriteLine();
        foreach (DsnRecipient recipient in alike)
            Write(recipient, output);
    }

    private static void Write(DsnRecipient recipient, DsnOutput output)
    {
        output.WriteLine(Shown(recipient.Recipient.Address));
        if (recipient.RemoteHost is { } host)
            WriteIndented(
                recipient.IsQuoted ? $"The mail server {host} said:" : $"With the mail server {host}:", Indent, output);
        WriteIndented(recipient.Diagnostic, recipient.RemoteHost is null ? Indent : Indent + Indent, output);
        if (recipient.Kind == DsnKind.Delayed && recipient.RetryUntil is { } until)
            WriteIndented($"Attempts go on until {DsnMessage.DateOf(until)}.", Indent, output);
        output.WriteLine();
    }

    /// <summary>
    /// An address in its angle brackets, unless it could be a text: whoever sends to a forged sender chooses the
    /// quoted local part, and that is no place to write something to others. It stands in the part for machines.
    /// </summary>
    private static string Shown(MailAddress address)
        => address.Text.StartsWith('"') ? $"(a quoted address at {address.Domain})" : $"<{address}>";

    private static void WriteIndented(string text, string indent, DsnOutput output)
    {
        foreach (string line in FieldLines.Wrap(text, indent.Length))
            output.WriteLine(indent + line.TrimStart(' '));
    }
}
