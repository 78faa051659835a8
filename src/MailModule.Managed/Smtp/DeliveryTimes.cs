using System.Globalization;
using System.Text;
using MailModule.Mail;

namespace MailModule.Smtp;

/// <summary>The parameters of MAIL that say when: HOLDFOR and HOLDUNTIL (RFC 4865 §3), BY (RFC 2852 §4).</summary>
internal static class DeliveryTimes
{
    // RFC 2852 §4, RFC 4865 §3: a number of seconds has nine digits
    private const int MostDigits = 9;

    // RFC 3339 §5.6
    private static readonly string[] s_dates = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    public static bool TryReadHoldFor(ReadOnlySpan<byte> value, out HoldRequest? hold)
    {
        // RFC 4865 §3: the interval is a positive number
        bool isGood = TryReadSeconds(value, out TimeSpan time) && time > TimeSpan.Zero;
        hold = new HoldRequest(time, default);
        return isGood;
    }

    public static bool TryReadHoldUntil(ReadOnlySpan<byte> value, out HoldRequest? hold)
    {
        hold = null;
        if (!Ascii.IsValid(value))
            return false;
        string text = Encoding.ASCII.GetString(value).ToUpperInvariant();
        text = text.EndsWith('Z') ? text[..^1] + "+00:00" : text;
        bool isGood = DateTimeOffset.TryParseExact(
            text, s_dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset until);
        hold = new HoldRequest(null, until.ToUniversalTime());
        return isGood;
    }

    /// <summary>by-time ";" by-mode [by-trace].</summary>
    public static bool TryReadDeliverBy(ReadOnlySpan<byte> value, out DeliverBy? by)
    {
        by = null;
        int end = value.IndexOf((byte)';');
        if (end <= 0)
            return false;
        bool isNegative = value[0] == '-';
        ReadOnlySpan<byte> digits = value[0] is (byte)'-' or (byte)'+' ? value[1..end] : value[..end];
        ReadOnlySpan<byte> mode = value[(end + 1)..];
        bool traces = mode.Length == 2 && (mode[1] | 0x20) == 't';
        bool returns = mode.Length > 0 && (mode[0] | 0x20) == 'r';
        bool isMode = mode.Length > 0 && (returns || (mode[0] | 0x20) == 'n') && (mode.Length == 1 || traces);
        if (!isMode || !TryReadSeconds(digits, out TimeSpan time))
            return false;
        by = new DeliverBy(isNegative ? -time : time, returns, traces);
        // RFC 2852 §4: what is to be returned has a time that is still to come
        return !returns || (time > TimeSpan.Zero && !isNegative);
    }

    private static bool TryReadSeconds(ReadOnlySpan<byte> digits, out TimeSpan time)
    {
        time = default;
        if (digits.Length is 0 or > MostDigits || digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
            return false;
        time = TimeSpan.FromSeconds(int.Parse(digits, CultureInfo.InvariantCulture));
        return true;
    }
}
