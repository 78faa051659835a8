using System.Buffers;
using System.Text;

namespace MailModule.Dns;

/// <summary>
/// Labels beyond ASCII as the DNS carries them. The platform's IdnMapping throws for what it refuses, and leaves
/// capitals as they are where no ICU is loaded. A label is encoded as it is written, in small letters; composing
/// accents (NFC) is left to the address's author.
/// </summary>
internal static class Punycode
{
    // RFC 3492 §5
    private const int Base = 36, MinThreshold = 1, MaxThreshold = 26;
    private const int Skew = 38, Damp = 700, InitialBias = 72, InitialCode = 0x80;

    /// <summary>Characters of a U-label: each takes an octet or more behind "xn--", and a label has 63. What encoding
    /// costs grows with their square.</summary>
    private const int CharacterLimit = 59;

    /// <summary>The A-label of one U-label; false for controls, blanks and halves of a surrogate pair, and for what is
    /// too long for a label.</summary>
    public static bool TryEncode(ReadOnlySpan<char> label, StringBuilder into)
    {
        List<int> codes = [];
        while (!label.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(label, out Rune rune, out int length) != OperationStatus.Done
                || Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) || codes.Count == CharacterLimit)
                return false;
            codes.Add(Rune.ToLowerInvariant(rune).Value);
            label = label[length..];
        }
        // RFC 5890 §2.3.2.1: the prefix of an A-label.
        into.Append("xn--");
        Encode(codes, into);
        return true;
    }

    /// <summary>RFC 3492 §6.3.</summary>
    private static void Encode(List<int> codes, StringBuilder into)
    {
        int basic = 0;
        foreach (int code in codes.Where(code => code < InitialCode))
        {
            into.Append((char)code);
            basic++;
        }
        if (basic > 0)
            into.Append('-');
        int delta = 0, bias = InitialBias, done = basic;
        for (int next = InitialCode; done < codes.Count;)
        {
            int least = codes.Where(code => code >= next).Min();
            delta += (least - next) * (done + 1);
            next = least;
            foreach (int code in codes)
            {
                if (code < next)
                    delta++;
                if (code != next)
                    continue;
                AppendNumber(delta, bias, into);
                bias = Adapt(delta, done + 1, done == basic);
                delta = 0;
                done++;
            }
            delta++;
            next++;
        }
    }

    private static void AppendNumber(int number, int bias, StringBuilder into)
    {
        for (int k = Base; ; k += Base)
        {
            int threshold = Math.Clamp(k - bias, MinThreshold, MaxThreshold);
            if (number < threshold)
                break;
            into.Append(Digit(threshold + (number - threshold) % (Base - threshold)));
            number = (number - threshold) / (Base - threshold);
        }
        into.Append(Digit(number));
    }

    /// <summary>RFC 3492 §6.1.</summary>
    private static int Adapt(int delta, int count, bool isFirst)
    {
        delta = isFirst ? delta / Damp : delta / 2;
        delta += delta / count;
        int k = 0;
        for (; delta > (Base - MinThreshold) * MaxThreshold / 2; k += Base)
            delta /= Base - MinThreshold;
        return k + (Base - MinThreshold + 1) * delta / (delta + Skew);
    }

    private static char Digit(int value) => (char)(value < 26 ? 'a' + value : '0' + value - 26);
}
