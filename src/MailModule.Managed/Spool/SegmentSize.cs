namespace MailModule.Spool;

/// <summary>How large segments are and in what steps they are written ahead, which follows the free space: never much
/// on a small disk.</summary>
/// <param name="Limit">Octets of a segment.</param>
/// <param name="Step">Zeros written ahead at least.</param>
/// <param name="Pool">Segments kept to be written again.</param>
internal readonly record struct SegmentSize(int Limit, int Step, int Pool)
{
    private const int Least = 256 * 1024;
    private const int MostPooled = 8;
    private const int ShareOfFreeSpace = 16;

    public static SegmentSize For(long free, int most)
    {
        int limit = (int)Math.Clamp(free / ShareOfFreeSpace & ~0xFFFL, Math.Min(Least, most), most);
        int step = Math.Clamp(limit / ShareOfFreeSpace, Math.Min(limit, 16 * 1024), 1024 * 1024);
        return new SegmentSize(limit, step, (int)Math.Min(MostPooled, free / ShareOfFreeSpace / limit));
    }
}
