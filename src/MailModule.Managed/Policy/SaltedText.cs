using System.Globalization;

namespace MailModule.Policy;

/// <summary>The parts that salted passwords share: a bounded number of iterations, octets in base64.</summary>
internal static class SaltedText
{
    /// <summary>About four seconds of one core; more would make every login a weapon.</summary>
    public const int IterationLimit = 10_000_000;
    private const int SaltLimit = 1024;

    public static bool TryIterations(string text, out int iterations)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out iterations)
            && iterations is > 0 and <= IterationLimit;

    public static bool TrySalt(string text, out byte[] salt) => TryOctets(text, 1, SaltLimit, out salt);

    public static bool TryOctets(string text, int least, int most, out byte[] octets)
    {
        octets = [];
        if (text.Length > most * 2 + 4)
            return false;
        Span<byte> room = stackalloc byte[text.Length];
        if (!Convert.TryFromBase64String(text, room, out int count) || count < least || count > most)
            return false;
        octets = room[..count].ToArray();
        return true;
    }
}
