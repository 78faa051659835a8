using System.Globalization;
using System.Text;

namespace MailModule.Authentication.Dmarc;

/// <summary>
/// Whether a name may have U-labels (RFC 5890 §2.3.2.1): no character in it is one that readers do not see, or take for
/// another. The platform's normal forms are not there without ICU, so that the characters are told by their category
/// and by where they stand. Pure.
/// </summary>
internal static class UnicodeName
{
    // RFC 5892 §2.6: allowed though they are no letters.
    private const string Exceptions = "\u00b7\u0375\u05f3\u05f4\u06fd\u06fe\u0f0b\u3007\u30fb";

    // RFC 5892 §2.8, A.1, A.2: allowed between letters that join; between those of ASCII nobody sees them.
    private const string Joiners = "\u200c\u200d";

    // RFC 3490 §3.1
    private const string Dots = "\u3002\uff0e\uff61";

    /// <summary>
    /// RFC 5892 §2.2, §2.3: letters and marks that are forms of others ("unstable"), or that are not shown, in so far
    /// as their category does not tell: ligatures, small letters above the line, letters of formulas, letters of the
    /// full width of an ideograph, fillers, and selectors of variants.
    /// </summary>
    private static readonly (int First, int Last)[] s_forms =
    [
        (0xaa, 0xaa), (0xba, 0xba), (0x132, 0x133), (0x13f, 0x140), (0x149, 0x149), (0x17f, 0x17f), (0x1c4, 0x1cc),
        (0x1f1, 0x1f3), (0x2b0, 0x2b8), (0x2e0, 0x2e4), (0x34f, 0x34f), (0x115f, 0x1160), (0x17b4, 0x17b5),
        (0x180b, 0x180f), (0x1d2c, 0x1d6a), (0x1d78, 0x1d78), (0x1d9b, 0x1dbf), (0x1e9a, 0x1e9b), (0x2071, 0x2071),
        (0x207f, 0x209c), (0x2100, 0x214d), (0x2c7c, 0x2c7d), (0x3131, 0x318e), (0xf900, 0xfdff),
        (0xfe00, 0xfe0f), (0xfe70, 0xfeff), (0xff00, 0xffef), (0x10780, 0x107ba), (0x1d400, 0x1d7ff),
        (0x2f800, 0x2fa1f), (0xe0000, 0xe0fff),
    ];

    /// <param name="name">In ASCII or beyond.</param>
    public static bool IsOne(string name)
    {
        bool isBehindAscii = true;
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (!rune.IsAscii && !(IsIn(Joiners, rune) ? !isBehindAscii : IsAllowed(rune)))
                return false;
            isBehindAscii = rune.IsAscii || IsIn(Dots, rune);
        }
        return true;
    }

    private static bool IsAllowed(Rune rune)
    {
        // One that is a capital of ASCII's in another place: K, the sign of a unit.
        Rune small = Rune.ToLowerInvariant(rune);
        return IsIn(Exceptions, rune) || IsIn(Dots, rune)
            || !small.IsAscii && IsLetter(small) && !Array.Exists(s_forms, form => IsWithin(rune, form));
    }

    private static bool IsWithin(Rune rune, (int First, int Last) form)
        => rune.Value >= form.First && rune.Value <= form.Last;

    // RFC 5892 §2.1
    private static bool IsLetter(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.LowercaseLetter
        or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber;

    private static bool IsIn(string characters, Rune rune)
        => rune.IsBmp && characters.Contains((char)rune.Value);
}
