using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool;

public class RecoveryTests
{
    private const string Directory = "/spool";

    [Fact]
    public void A_last_record_torn_at_any_octet_is_cut_and_the_ones_before_stay()
    {
        SimulatedDisk whole = DiskWith(out string[] ids, 300, 300, 300);
        (string path, byte[] segment) = OnlySegment(whole);
        int end = segment.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        int start = segment.AsSpan(0, end).LastIndexOf("MMr1"u8);
        for (int cut = start; cut < end; cut++)
            foreach (bool isShort in (bool[])[false, true])
            {
                byte[] torn = isShort ? segment[..cut] : [.. segment[..cut], .. new byte[segment.Length - cut]];
                // An octet that is zero anyway may be missing.
                string[] expected = cut < end && torn.AsSpan().LastIndexOfAnyExcept((byte)0) + 1 < end ? ids[..2] : ids;
                Assert.Equal(expected, Recovered(Copy(whole, path, torn)));
            }
    }

    [Fact]
    public void A_changed_octet_costs_its_record_and_no_other()
    {
        SimulatedDisk whole = DiskWith(out string[] ids, 300, 300, 300);
        (string path, byte[] segment) = OnlySegment(whole);
        int end = segment.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        for (int at = SegmentHeader.Size; at < end; at++)
        {
            byte[] changed = [.. segment];
            changed[at] ^= 0x41;
            string[] found = Recovered(Copy(whole, path, changed));
            Assert.True(found.Length >= 2, $"octet {at}");
            Assert.Equal(found, ids.Intersect(found));
        }
    }

    [Fact]
    public void Random_damage_never_stops_a_start_and_never_invents_a_message()
    {
        SimulatedDisk whole = DiskWith(out string[] ids, 300, 5000, 50, 900, 6000, 10);
        (string path, byte[] segment) = OnlySegment(whole);
        int end = segment.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        var random = new Random(5);
        for (int round = 0; round < 500; round++)
        {
            byte[] changed = [.. segment];
            for (int wounds = random.Next(1, 6); wounds > 0; wounds--)
                Wound(changed, end, random);
            Assert.Empty(Recovered(Copy(whole, path, changed)).Except(ids));
        }
    }

    [Fact]
    public void Garbage_that_is_no_segment_at_all_is_recovered_from()
    {
        var random = new Random(6);
        for (int round = 0; round < 100; round++)
        {
            SimulatedDisk disk = DiskWith(out string[] ids, 300);
            byte[] garbage = new byte[random.Next(5000)];
            random.NextBytes(garbage);
            disk[$"{Directory}/00000000000000{round:x2}.wal"] = garbage;
            disk[$"{Directory}/free-00000000000000{round:x2}"] = garbage;
            disk[$"{Directory}/body/strangeName1"] = garbage;
            disk[$"{Directory}/version"] = garbage;
            Assert.Equal(ids, Recovered(disk));
        }
    }

    [Fact]
    public void What_a_recycled_segment_still_holds_is_not_a_record()
    {
        SimulatedDisk disk = DiskWith(out _, 300, 300);
        (string path, byte[] segment) = OnlySegment(disk);
        Assert.Equal(2, Recovered(Copy(disk, path, segment)).Length);
        byte[] renumbered = [.. segment];
        SegmentHeader.Write(renumbered, 77);
        disk = Copy(disk, path, segment);
        disk.Unlink(path);
        disk[$"{Directory}/000000000000004d.wal"] = renumbered;
        Assert.Empty(Recovered(disk));
    }

    [Fact]
    public void A_record_that_was_moved_within_its_segment_is_not_a_record()
    {
        SimulatedDisk disk = DiskWith(out _, 300);
        (string path, byte[] segment) = OnlySegment(disk);
        byte[] shifted = [.. segment[..SegmentHeader.Size], .. new byte[8], .. segment[SegmentHeader.Size..]];
        Assert.Empty(Recovered(Copy(disk, path, shifted)));
    }

    [Fact]
    public void A_missing_or_short_body_is_counted_and_the_rest_is_there()
    {
        SimulatedDisk disk = DiskWith(out string[] ids, 6000, 6000, 300);
        disk.Unlink($"{Directory}/body/{ids[0]}");
        disk[$"{Directory}/body/{ids[1]}"] = [1, 2, 3];
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk));
        Assert.Equal(2, run.Spool.Damaged);
        Assert.Equal(ids[2], Assert.Single(run.Found).Id);
    }

    [Fact]
    public void A_body_without_a_record_is_unlinked()
    {
        SimulatedDisk disk = DiskWith(out string[] ids, 6000);
        disk[$"{Directory}/body/0123456789abcdef"] = [1];
        Assert.Equal(ids, Recovered(disk));
        Assert.Equal(ids, disk.Names(Directory + "/body"));
    }

    [Fact]
    public void A_later_format_is_refused_with_a_clear_text_and_left_alone()
    {
        SimulatedDisk disk = DiskWith(out string[] ids, 300);
        byte[] version = disk[$"{Directory}/version"];
        disk[$"{Directory}/version"] = "mailmodule-spool 2\n"u8.ToArray();
        CheckRefused(disk);
        disk[$"{Directory}/version"] = version;

        (string path, byte[] segment) = OnlySegment(disk);
        byte[] later = [.. segment];
        later[8] = 2;
        BitConverter.TryWriteBytes(later.AsSpan(SegmentHeader.Size - 4),
            Checksum.Of(later.AsSpan(0, SegmentHeader.Size - 4)));
        disk[path] = later;
        CheckRefused(disk);

        disk[path] = WithExtraRecord(segment, path, (RecordType)9);
        CheckRefused(disk);
        disk[path] = WithExtraRecord(segment, path, (RecordType)9 | RecordType.MayBePassedOver);
        Assert.Equal(ids, Recovered(disk));
    }

    [Fact]
    public void The_checksum_is_crc_32c()
    {
        // RFC 3720 §B.4: 32 octets of zeros, and 0 to 31.
        Assert.Equal(0x8A9136AAu, Checksum.Of(new byte[32]));
        Assert.Equal(0x46DD794Eu, Checksum.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0xE3069283u, Checksum.Of("123456789"u8));
    }

    private static void CheckRefused(SimulatedDisk disk)
    {
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk));
        Assert.Equal(Fault.NotSupported, run.Fault);
        Assert.Contains("later version", run.Problem, StringComparison.Ordinal);
        Assert.Equal(0, disk.OpenFiles);
    }

    private static byte[] WithExtraRecord(byte[] segment, string path, RecordType type)
    {
        byte[] changed = [.. segment];
        int end = (segment.AsSpan().LastIndexOfAnyExcept((byte)0) + 8) & ~7;
        long number = Convert.ToInt64(Path.GetFileNameWithoutExtension(path), 16);
        RecordHeader.Write(changed.AsSpan(end), type, [], number, end);
        return changed;
    }

    private static void Wound(byte[] segment, int end, Random random)
    {
        int start = random.Next(end);
        int length = Math.Min(random.Next(1, 200), end - start);
        Span<byte> place = segment.AsSpan(start, length);
        switch (random.Next(3))
        {
            case 0:
                random.NextBytes(place);
                break;
            case 1:
                place.Clear();
                break;
            default:
                int from = random.Next(end - length);
                segment.AsSpan(from, length).ToArray().CopyTo(place);
                break;
        }
    }

    private static SimulatedDisk DiskWith(out string[] ids, params int[] lengths)
    {
        var disk = new SimulatedDisk();
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk, segmentLimit: 64 * 1024));
        ids = [.. lengths.Select((length, i) => run.Put(SpoolRun.Text(i, length)).Id)];
        return disk;
    }

    private static (string Path, byte[] Octets) OnlySegment(SimulatedDisk disk)
    {
        string name = disk.Names(Directory).Single(name => name.EndsWith(".wal", StringComparison.Ordinal));
        string path = $"{Directory}/{name}";
        return (path, disk[path]);
    }

    private static SimulatedDisk Copy(SimulatedDisk disk, string path, byte[] segment)
    {
        SimulatedDisk copy = disk.AfterRestart(Survival.Everything);
        copy[path] = segment;
        return copy;
    }

    private static string[] Recovered(SimulatedDisk disk)
    {
        using var run = new SpoolRun(SpoolRun.Options(Directory, disk));
        Assert.True(run.Fault == Fault.None, run.Problem);
        foreach (ISpoolEntry entry in run.Found)
            Assert.StartsWith("Subject: ", SpoolRun.Read(entry.Content), StringComparison.Ordinal);
        return [.. run.Found.Select(entry => entry.Id)];
    }
}
