using System.Text;
using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>The sender's wishes for reports, as parameters of MAIL and RCPT (RFC 3461 §4). Nothing for what was not said.</summary>
internal static class DsnParameters
{
    public static void WriteMail(SmtpTransaction transaction, Output output)
    {
        if (transaction.Return != ReturnContent.Default)
            output.Write(transaction.Return == ReturnContent.Full ? " RET=FULL"u8 : " RET=HDRS"u8);
        if (string.IsNullOrEmpty(transaction.EnvelopeId))
            return;
        output.Write(" ENVID="u8);
        WriteXText(transaction.EnvelopeId, output);
    }

    public static void WriteRcpt(RecipientResult recipient, Output output)
    {
        if (recipient.Notify != Notify.Default)
            WriteNotify(recipient.Notify, output);
        int type = recipient.OriginalRecipient?.IndexOf(';', StringComparison.Ordinal) ?? -1;
        if (type <= 0)
            return;
        output.Write(" ORCPT="u8);
        WriteXText(recipient.OriginalRecipient![..type], output);
        output.Write(";"u8);
        WriteXText(recipient.OriginalRecipient[(type + 1)..], output);
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

    // RFC 3461 §4: printable ASCII but "+" and "=" stands for itself, every other octet is "+" and two hexadecimal capitals
    private static void WriteXText(string text, Output output)
    {
        foreach (byte octet in Encoding.UTF8.GetBytes(text))
        {
            Span<byte> room = output.GetSpan(3);
            if (octet is > 32 and < 127 and not ((byte)'+' or (byte)'='))
            {
                room[0] = octet;
                output.Advance(1);
                continue;
            }
            room[0] = (byte)'+';
            room[1] = "0123456789ABCDEF"u8[octet >> 4];
            room[2] = "0123456789ABCDEF"u8[octet & 15];
            output.Advance(3);
        }
    }
}
