using System.Globalization;
using System.Text;

namespace MailModule.Engine.Importing;

/// <summary>
/// Names of the old module's files: eight hexadecimal digits and ".msg". The digits are the time at which the message
/// came in, in sixteenths of a second of a calendar whose months all have 31 days, from 2001 on; they come again after
/// 2^32 of these, a little more than eight years.
/// </summary>
internal static class LegacyFileName
{
    private const int Length = 12;
    private const int Digits = 8;
    private const int FirstYear = 2001;
    private const long Cycle = 1L << 32;

    /// <summary>How far the time of a name and that of its file may be apart, or the name is not believed.</summary>
    private static readonly TimeSpan Believed = TimeSpan.FromDays(366);

    public static bool TryRead(ReadOnlySpan<byte> name, out uint number)
    {
        number = 0;
        return name.Length == Length && Ascii.EqualsIgnoreCase(name[Digits..], ".msg"u8)
            && uint.TryParse(name[..Digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>When the message came in: of the times that the name may mean the one next to the file's own, or that
    /// itself, where even this one is more than a year away.</summary>
    public static DateTimeOffset TimeOf(uint number, DateTimeOffset fileTime)
    {
        DateTimeOffset best = fileTime;
        TimeSpan least = Believed;
        for (long ticks = number; YearOf(ticks) <= fileTime.Year + 1; ticks += Cycle)
            if (TryDate(ticks, out DateTimeOffset time) && (time - fileTime).Duration() < least)
                (best, least) = (time, (time - fileTime).Duration());
        return best;
    }

    private static int YearOf(long ticks) => FirstYear + (int)(ticks / 16 / 60 / 60 / 24 / 31 / 12);

    // Months and days count from one, so that the last of each has no rest.
    private static bool TryDate(long ticks, out DateTimeOffset time)
    {
        long seconds = ticks / 16;
        long days = seconds / (24 * 60 * 60) - 1;
        long months = days / 31 - 1;
        time = default;
        if (days < 0 || days / 31 < 1)
            return false;
        int year = FirstYear + (int)(months / 12), month = (int)(months % 12) + 1, day = (int)(days % 31) + 1;
        if (year > DateTime.MaxValue.Year || day > DateTime.DaysInMonth(year, month))
            return false;
        time = new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero)
            .AddSeconds(seconds % (24 * 60 * 60)).AddMilliseconds(ticks % 16 * 1000 / 16);
        return true;
    }
}
