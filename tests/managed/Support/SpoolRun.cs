using System.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;

namespace MailModule.Tests.Support;

/// <summary>A spool as tests use it: what is written waits for its commit, what is committed is collected.</summary>
internal sealed class SpoolRun : IDisposable
{
    public static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(30);

    public SpoolRun(SpoolOptions options)
    {
        Fault = LogSpool.Open(options, out LogSpool? spool, out string problem);
        Problem = problem;
        Spool = spool!;
    }

    public Fault Fault { get; }
    public string Problem { get; }
    public LogSpool Spool { get; }

    public static SpoolOptions Options(string directory, IDisk? disk = null, Action<ISpoolEntry>? consumer = null,
        int segmentLimit = 16 * 1024 * 1024)
        => new()
        {
            Directory = directory,
            Consumer = consumer ?? (_ => { }),
            RunJob = work => work.Run(),
            Disk = disk ?? Disk.Real,
            SegmentLimit = segmentLimit,
            InlineLimit = 4096,
            MarkRest = TimeSpan.FromHours(1),
        };

    public static Envelope Envelope(int recipients = 1)
    {
        var envelope = new Envelope
        {
            Helo = "client.example",
            Received = new DateTimeOffset(2026, 11, 21, 4, 0, 0, TimeSpan.FromHours(1)),
        };
        for (int i = 0; i < recipients; i++)
        {
            Assert.True(MailAddress.TryParse($"user{i}@example.org", out MailAddress address));
            envelope.Recipients.Add(new Recipient(address, i % 2 == 0 ? $"user{i}" : null));
        }
        return envelope;
    }

    /// <summary>Wire text of about that many octets, different for each seed.</summary>
    public static byte[] Text(int seed, int length)
    {
        var text = new StringBuilder($"Subject: {seed}\r\n\r\n");
        while (text.Length < length)
            text.Append(seed).Append(" says: line ").Append(text.Length).Append("\r\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    public static string AtRest(byte[] wire)
        => Encoding.Latin1.GetString(wire).Replace("\r\n", "\n", StringComparison.Ordinal);

    public static string Read(MessageContent content)
    {
        using Stream stream = content.OpenRead();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return Encoding.Latin1.GetString(copy.ToArray());
    }

    /// <summary>Begins, writes and commits; the fault that the sender would be told, and the id.</summary>
    public (Fault Fault, string Id) Put(byte[] wire, int recipients = 1)
    {
        Fault fault = Spool.TryBegin(Envelope(recipients), 0, out ISpoolWriter writer);
        if (fault != Fault.None)
            return (fault, "");
        writer.Append(wire, () => { });
        using var done = new ManualResetEventSlim();
        writer.Commit(result =>
        {
            fault = result;
            done.Set();
        });
        Assert.True(done.Wait(WaitLimit));
        return (fault, writer.Id);
    }

    public void Dispose() => Spool?.Dispose();
}
