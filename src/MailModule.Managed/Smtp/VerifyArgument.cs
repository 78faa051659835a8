using System.Text;
using MailModule.Mail;

namespace MailModule.Smtp;

/// <summary>The argument of VRFY and EXPN: a text, and SMTPUTF8 behind it if there is more than ASCII in it, or may be
/// in the reply (RFC 6531 §3.7.4.2). A view of the line.</summary>
internal readonly ref struct VerifyArgument
{
    private VerifyArgument(ReadOnlySpan<byte> text, bool utf8)
    {
        Text = text;
        Utf8 = utf8;
    }

    /// <summary>Without the parameter.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The reply may have UTF-8.</summary>
    public bool Utf8 { get; }

    /// <summary>Control characters are in it, or octets that are no UTF-8.</summary>
    public bool IsMalformed => !AddressGrammar.IsTextWithoutControls(Text) || !System.Text.Unicode.Utf8.IsValid(Text);

    public bool NeedsUtf8 => !Utf8 && !Ascii.IsValid(Text);

    public static VerifyArgument Parse(ReadOnlySpan<byte> argument)
    {
        int blank = argument.LastIndexOf((byte)' ');
        bool utf8 = blank > 0 && Ascii.EqualsIgnoreCase(argument[(blank + 1)..], "SMTPUTF8"u8);
        return new VerifyArgument(utf8 ? argument[..blank].TrimEnd((byte)' ') : argument, utf8);
    }
}
