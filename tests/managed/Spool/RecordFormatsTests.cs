using System.Net;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool;

/// <summary>A spool that format 1 wrote, kept as it was then: it must open for ever.</summary>
public class RecordFormatsTests
{
    [Fact]
    public void A_spool_of_format_1_opens_with_all_that_was_waiting_in_it()
    {
        using var run = new SpoolRun(SpoolRun.Options("/spool", DiskFrom("format-1.txt")));
        Assert.True(run.Fault == Fault.None, run.Problem);
        Assert.Equal(0, run.Spool.Damaged);
        Assert.Equal(2, run.Found.Count);

        ISpoolEntry half = run.Found[0];
        Assert.Equal([false, true], [half.IsDone(0), half.IsDone(1)]);
        Assert.Equal("Subject: half done\n\nTwo recipients.\n", SpoolRun.Read(half.Content));
        Assert.Equal(39, half.Content.WireLength);
        CheckEnvelope(half.Envelope);

        ISpoolEntry large = run.Found[1];
        Assert.Equal($"/spool/body/{large.Id}", large.Content.FilePath);
        Assert.EndsWith("Line 19 of a body in a file.\n", SpoolRun.Read(large.Content), StringComparison.Ordinal);
    }

    private static void CheckEnvelope(Envelope envelope)
    {
        Assert.Equal("sender@example.net", envelope.ReversePath.Text);
        Assert.Equal(["user0@example.org", "user1@example.org"],
            envelope.Recipients.Select(recipient => recipient.Address.Text));
        Assert.Equal(["user0", null], envelope.Recipients.Select(recipient => recipient.Maildrop));
        Assert.Equal(("client.example", "anna", true, false),
            (envelope.Helo, envelope.AuthenticatedUser, envelope.EightBit, envelope.Utf8));
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 1025), envelope.Client);
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 5, 0, 0, TimeSpan.FromHours(1)), envelope.Received);
    }

    // Name, base64 lines, an empty line; for each file. The zeros at the end of the segment are left out.
    private static SimulatedDisk DiskFrom(string fixture)
    {
        var disk = new SimulatedDisk();
        disk.MakeDirectory("/spool");
        disk.MakeDirectory("/spool/body");
        string text = File.ReadAllText(Path.Join(AppContext.BaseDirectory, "Spool", "Fixtures", fixture));
        foreach (string file in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] nameAndRest = file.Split('\n', 2);
            byte[] zeros = nameAndRest[0].EndsWith(".wal", StringComparison.Ordinal) ? new byte[2048] : [];
            disk["/spool/" + nameAndRest[0]] = [.. Convert.FromBase64String(nameAndRest[1]), .. zeros];
        }
        return disk;
    }

    // A search for records that goes through a torn one may come upon its text.
    [Fact]
    public void The_head_of_a_record_holds_octets_that_no_text_may_have()
    {
        Span<byte> head = stackalloc byte[RecordHeader.Size];
        foreach (RecordType type in Enum.GetValues<RecordType>().Append((RecordType)ushort.MaxValue))
        {
            RecordHeader.Write(head, new RecordHeader(type, -1, uint.MaxValue), -1, -1);
            Assert.Contains((byte)0, head.ToArray());
        }
    }
}
