using MailModule.Mail;
using MailModule.Mime;

namespace MailModule.Delivery.Signing;

/// <summary>
/// RFC 6376 §5.3: a message is signed in a form that no relay has reason to change. Finds what has to be encoded for
/// that, as for a host that takes neither eight-bit text nor UTF-8 in fields.
/// </summary>
internal static class SignableForm
{
    /// <summary>Reads the message once or twice. Blocks: workers only.</summary>
    /// <param name="open">A reader of the message, from its first field on.</param>
    /// <param name="traits">Of the message.</param>
    /// <param name="isUtf8">SMTPUTF8 was given for it (RFC 6531).</param>
    /// <returns>Null: it is signed as it is, for it needs nothing, or there is no such form: what is signed already
    /// is never changed inside (docs/decisions/0034), and a message that cannot be read shows at its commit.</returns>
    public static Conversion? Find(Func<Stream> open, ContentTraits traits, bool isUtf8)
    {
        if (traits == ContentTraits.None)
            return null;
        try
        {
            // RFC 6532: a header in UTF-8 goes to hosts alone that take it, and those take eight-bit bodies.
            bool takesUtf8 = isUtf8 && IsHeaderEightBit(open);
            if (takesUtf8 && (traits & ContentTraits.LongLines) == 0)
                return null;
            var found = Conversion.Plan(open, new SendableForm(TakesEightBit: takesUtf8, TakesUtf8: takesUtf8));
            return found.Fault == ConversionFault.None && !found.IsUnchanged ? found : null;
        }
        catch (Exception)
        {
            // Whatever a foreign reader throws: the message goes as its sender has written it.
            return null;
        }
    }

    private static bool IsHeaderEightBit(Func<Stream> open)
    {
        using var message = new LfStream(open());
        return TopHeader.Read(message).IsEightBit;
    }
}
