using System.Globalization;

namespace MailModule.Spool;

/// <summary>The names in a spool's directory (docs/spool-states.md).</summary>
internal readonly record struct SpoolPaths(string Directory)
{
    private const string SegmentEnd = ".wal";
    private const string FreeStart = "free-";

    public string Lock => Path.Join(Directory, "lock");
    public string Version => Path.Join(Directory, "version");
    public string NewVersion => Path.Join(Directory, "version.new");
    public string Bodies => Path.Join(Directory, "body");

    public string Segment(long number)
        => Path.Join(Directory, number.ToString("x16", CultureInfo.InvariantCulture) + SegmentEnd);

    public string Free(long number)
        => Path.Join(Directory, FreeStart + number.ToString("x16", CultureInfo.InvariantCulture));

    public string Named(string name) => Path.Join(Directory, name);

    public static bool IsFree(string name) => name.StartsWith(FreeStart, StringComparison.Ordinal);

    public static bool IsSegment(string name, out long number)
    {
        number = 0;
        return name.Length == 16 + SegmentEnd.Length && name.EndsWith(SegmentEnd, StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
            out number) && number > 0;
    }
}
