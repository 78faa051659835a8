using System.Globalization;

namespace MailModule.Mime;

/// <summary>Reads the time of a field (RFC 5322 §3.3, §4.3) as it is found in mail.</summary>
internal static class DateField
{
    private const int LengthLimit = 200;

    private static readonly string[] s_months =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <param name="text">Unfolded. Of Received, what stands behind its last semicolon is read.</param>
    public static bool TryRead(string text, out DateTimeOffset time)
    {
        time = default;
        text = text[(text.LastIndexOf(';') + 1)..];
        if (text.Length > LengthLimit)
            return false;
        string[] words = WithoutComments(text).Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
        // RFC 5322 §3.3: the day of the week may be missing; what it says does not count
        int day = words.Length > 0 && char.IsAsciiDigit(words[0][0]) ? 0 : 1;
        if (words.Length < day + 4 || !TryReadDay(words[day..(day + 3)], out DateTime date)
            || !TryReadTime(words[day + 3], out TimeSpan clock)
            || !TryReadZone(words.Length > day + 4 ? words[day + 4] : "-0000", out TimeSpan offset))
            return false;
        DateTime local = date + clock;
        if (local - DateTime.MinValue < TimeSpan.FromDays(2) || DateTime.MaxValue - local < TimeSpan.FromDays(2))
            return false;
        time = new DateTimeOffset(local, offset);
        return true;
    }

    private static string WithoutComments(string text)
    {
        var plain = new System.Text.StringBuilder();
        int depth = 0;
        foreach (char c in text)
        {
            depth += c == '(' ? 1 : 0;
            if (depth == 0)
                plain.Append(c);
            depth -= c == ')' && depth > 0 ? 1 : 0;
        }
        return plain.ToString();
    }

    private static bool TryReadDay(string[] words, out DateTime date)
    {
        date = default;
        int month = words[1].Length < 3 ? -1 : Array.IndexOf(s_months, words[1][..3].ToLowerInvariant());
        if (month < 0 || !TryReadNumber(words[0], out int day) || !TryReadNumber(words[2], out int year))
            return false;
        // RFC 5322 §4.3: years of two and three digits
        if (words[2].Length < 4)
            year += words[2].Length == 2 && year < 50 ? 2000 : 1900;
        bool isDay = year is > 0 and < 10_000 && day >= 1 && day <= DateTime.DaysInMonth(year, month + 1);
        if (isDay)
            date = new DateTime(year, month + 1, day, 0, 0, 0, DateTimeKind.Unspecified);
        return isDay;
    }

    private static bool TryReadTime(string word, out TimeSpan time)
    {
        time = default;
        string[] numbers = word.Split(':', '.');
        int second = 0;
        if (numbers.Length is not (2 or 3) || !TryReadNumber(numbers[0], out int hour)
            || !TryReadNumber(numbers[1], out int minute)
            || numbers.Length == 3 && !TryReadNumber(numbers[2], out second))
            return false;
        time = new TimeSpan(hour, minute, Math.Min(second, 59));
        return hour < 24 && minute < 60 && second <= 60;
    }

    private static bool TryReadZone(string word, out TimeSpan offset)
    {
        offset = default;
        if (word[0] is not ('+' or '-'))
        {
            offset = TimeSpan.FromHours(HoursOf(word.ToUpperInvariant()));
            return true;
        }
        string digits = word[1..].Replace(":", "");
        if (!TryReadNumber(digits, out int zone) || digits.Length != 4 || zone % 100 >= 60 || zone >= 1400)
            return false;
        offset = new TimeSpan(zone / 100, zone % 100, 0) * (word[0] == '-' ? -1 : 1);
        return true;
    }

    // RFC 5322 §4.3: other names, and letters, are as good as -0000
    private static int HoursOf(string zone) => zone switch
    {
        "EDT" => -4,
        "EST" or "CDT" => -5,
        "CST" or "MDT" => -6,
        "MST" or "PDT" => -7,
        "PST" => -8,
        _ => 0,
    };

    private static bool TryReadNumber(string text, out int number)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && text.Length <= 4;
}
