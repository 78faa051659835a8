using System.Globalization;
using System.Text;
using MailModule.Mail;
using MailModule.Smtp;

namespace MailModule.Delivery.Reports;

/// <summary>
/// The part of a DSN for machines: fields about the message, then a group of fields for each recipient (RFC 3464
/// §2).
/// </summary>
internal static class DeliveryStatusPart
{
    /// <summary>RFC 6533 §4.1: where the DSN itself goes by UTF-8 its fields may be in it.</summary>
    public static string TypeOf(Dsn dsn) => dsn.IsUtf8 ? "global-delivery-status" : "delivery-status";

    public static void Write(Dsn dsn, DsnOutput output)
    {
        Envelope envelope = dsn.Original.Envelope;
        var fields = new Fields(dsn, output);
        if (!string.IsNullOrEmpty(envelope.EnvelopeId))
            fields.Write("Original-Envelope-Id", envelope.EnvelopeId);
        // RFC 3461 §6.3: "dns" is said of full names alone
        fields.Write("Reporting-MTA", (dsn.Host.Contains('.') ? "dns; " : "x-local-hostname; ") + dsn.Host);
        fields.Write("Arrival-Date", envelope.Received);
        // RFC 2852 §5: how late it is shows here
        if (envelope.Deadline is { } deadline)
            fields.Write("Deliver-By-Date", deadline);
        if (envelope.Hold is { } hold)
            fields.Write("Future-Release-Request", ValueOf(hold));
        foreach (DsnRecipient recipient in dsn.Recipients)
        {
            output.WriteLine();
            Write(recipient, fields);
        }
    }

    // RFC 4865 §4: as the sender said it
    private static string ValueOf(HoldRequest hold) => hold.For is { } time
        ? string.Create(CultureInfo.InvariantCulture, $"for;{(long)time.TotalSeconds}")
        : string.Create(CultureInfo.InvariantCulture, $"until;{hold.Until:yyyy-MM-dd'T'HH:mm:ss'Z'}");

    private static void Write(DsnRecipient recipient, Fields fields)
    {
        DsnKind kind = recipient.Kind;
        // RFC 3461 §6.3: as the sender gave it, or not at all
        if (recipient.Recipient.OriginalRecipient is { } original)
            fields.WriteAddress("Original-Recipient", original);
        fields.WriteAddress("Final-Recipient", TypedAddress.Of(recipient.Recipient.Address));
        fields.Write("Action", DsnWords.Action(kind));
        string status = recipient.Result.Status;
        fields.Write("Status", EnhancedCode.IsValid(Encoding.UTF8.GetBytes(status)) ? status : DsnWords.Status(kind));
        // RFC 3464 §2.3.5: only if another host had a part in it
        if (recipient.RemoteHost is { } host)
            fields.Write("Remote-MTA", "dns; " + host);
        // RFC 3464 §2.3.6: "smtp" is what the remote host said, which our words never are; those have a type of ours
        if (recipient.Diagnostic.Length > 0)
            fields.Write("Diagnostic-Code", (recipient.IsQuoted ? "smtp; " : "x-mailmodule; ") + recipient.Diagnostic);
        if (recipient.LastAttempt is { } attempt)
            fields.Write("Last-Attempt-Date", attempt);
        // RFC 3464 §2.3.9: for a delay alone
        if (kind == DsnKind.Delayed && recipient.RetryUntil is { } until)
            fields.Write("Will-Retry-Until", until);
    }

    /// <summary>Writes fields in the letters that the DSN may have.</summary>
    private readonly struct Fields(Dsn dsn, DsnOutput output)
    {
        public void Write(string name, string value)
            => FieldLines.WriteField(output, name, dsn.IsUtf8 ? value : FieldLines.InAscii(value));

        public void Write(string name, DateTimeOffset date) => Write(name, DsnMessage.DateOf(date));

        // RFC 6533 §3: the 7-bit form where the field is ASCII
        public void WriteAddress(string name, string typed)
            => Write(name, TypedAddress.IsUtf8Typed(typed) && !dsn.IsUtf8
                ? TypedAddress.Encode(typed, utf8: false)
                : typed);
    }
}
