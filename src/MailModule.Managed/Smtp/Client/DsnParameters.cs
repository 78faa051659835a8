using System.Buffers;
using System.Text;
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

    private static readonly string[] s_names = ["RET=", "ENVID=", "NOTIFY=", "ORCPT="];

    public static void WriteMail(ReturnContent content, string? envelopeId, Output output)
    {
        if (content != ReturnContent.Default)
            output.Write(content == ReturnContent.Full ? " RET=FULL"u8 : " RET=HDRS"u8);
        if (string.IsNullOrEmpty(envelopeId))
            return;
        output.Write(" ENVID="u8);
        output.Write(XText.Encode(envelopeId));
    }

    /// <param name="utf8">MAIL was said with SMTPUTF8.</param>
    public static void WriteRcpt(Notify notify, string? original, bool utf8, Output output)
    {
        if (notify != Notify.Default)
            WriteNotify(notify, output);
        if (original is null || !HasType(original))
            return;
        // RFC 3461 §5.4: a longer value others may refuse, and the recipient with it
        string value = TypedAddress.Encode(original, utf8);
        if (Encoding.UTF8.GetByteCount(value) > TypedAddress.ValueLimit)
            return;
        output.Write(" ORCPT="u8);
        output.Write(value);
    }

    /// <summary>
    /// Parameters in one text, such as "NOTIFY=SUCCESS ORCPT=rfc822;ann@a.example", without those of DSN if it is not
    /// offered: RFC 3461 §4.1 has no other way to send the message there.
    /// </summary>
    public static string? Offered(string? parameters, bool isDsnOffered)
    {
        if (isDsnOffered || string.IsNullOrEmpty(parameters))
            return parameters;
        return string.Join(' ', parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(one => !s_names.Any(name => one.StartsWith(name, StringComparison.OrdinalIgnoreCase))));
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
