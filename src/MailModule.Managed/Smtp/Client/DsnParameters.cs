using System.Buffers;
using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>
/// The sender's DSN requests, as parameters of MAIL and RCPT (RFC 3461 §4). Nothing for what was not said.
/// </summary>
internal static class DsnParameters
{
    private static readonly SearchValues<char> TypeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    public static void WriteMail(SmtpClientTransaction transaction, Output output)
    {
        if (transaction.Return != ReturnContent.Default)
            output.Write(transaction.Return == ReturnContent.Full ? " RET=FULL"u8 : " RET=HDRS"u8);
        if (string.IsNullOrEmpty(transaction.EnvelopeId))
            return;
        output.Write(" ENVID="u8);
        output.Write(XText.Encode(transaction.EnvelopeId));
    }

    /// <param name="utf8">MAIL was said with SMTPUTF8.</param>
    public static void WriteRcpt(Recipient recipient, bool utf8, Output output)
    {
        if (recipient.Notify != Notify.Default)
            WriteNotify(recipient.Notify, output);
        if (recipient.OriginalRecipient is not { } original || !HasType(original))
            return;
        output.Write(" ORCPT="u8);
        output.Write(TypedAddress.Encode(original, utf8));
    }

    // The type goes out as it is; RFC 3461 §4.2: one that is registered is of these characters
    private static bool HasType(string original)
    {
        int length = original.IndexOf(';', StringComparison.Ordinal);
        return length > 0 && original.AsSpan(0, length).IndexOfAnyExcept(TypeCharacters) < 0;
    }

    // RFC 3461 §4.1: NEVER stands alone
    private static void WriteNotify(Notify notify, Output output)
    {
        output.Write(" NOTIFY="u8);
        if ((notify & Notify.Never) != 0)
        {
            output.Write("NEVER"u8);
            return;
        }
        bool isFirst = true;
        WriteWord(notify, Notify.Success, "SUCCESS"u8, ref isFirst, output);
        WriteWord(notify, Notify.Failure, "FAILURE"u8, ref isFirst, output);
        WriteWord(notify, Notify.Delay, "DELAY"u8, ref isFirst, output);
    }

    private static void WriteWord(Notify notify, Notify one, ReadOnlySpan<byte> word, ref bool isFirst, Output output)
    {
        if ((notify & one) == 0)
            return;
        if (!isFirst)
            output.Write(","u8);
        output.Write(word);
        isFirst = false;
    }
}
