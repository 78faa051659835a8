using System.Text;
using MailModule.Mail;

namespace MailModule.Smtp;

/// <summary>Senders that name no domain, as programs of this machine write them.</summary>
internal static class BareSender
{
    /// <summary>
    /// The argument of MAIL with the domain put behind a path that is a local part alone; null for any other argument,
    /// and where there is no domain to put in. Pure.
    /// </summary>
    public static byte[]? Complete(ReadOnlySpan<byte> argument, string? domain)
    {
        int open = argument.IndexOf((byte)'<');
        if (domain is null || open < 0)
            return null;
        int local = AddressGrammar.LocalPartLength(argument[(open + 1)..]);
        int end = open + 1 + local;
        if (local == 0 || end >= argument.Length || argument[end] != '>')
            return null;
        return [.. argument[..end], (byte)'@', .. Encoding.UTF8.GetBytes(domain), .. argument[end..]];
    }
}
