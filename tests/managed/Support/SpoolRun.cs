using System.Text;
using System.Text.RegularExpressions;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;

namespace MailModule.Tests.Support;

/// <summary>A spool as tests use it: what is written waits for its commit, what is committed is collected.</summary>
internal sealed class SpoolRun : IDisposable
{
    public static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(30);

    private const int RoomInFront = 512;

    private readonly List<ISpoolEntry> _found = [];
    private ISpoolEntry? _lastLocal;

    /// <param name="consumer">Gets each new entry once.</param>
    public SpoolRun(SpoolOptions options, Action<ISpoolEntry>? consumer = null)
    {
        Fault = LogSpool.Open(options, out LogSpool? spool, out string problem);
        Problem = problem;
        Spool = spool!;
        var local = new Part(this, isLocal: true, consumer);
        spool?.Start(local, new Part(this, isLocal: false, consumer));
    }

    public Fault Fault { get; }
    public string Problem { get; }
    public LogSpool Spool { get; }

    /// <summary>What the start found, oldest first.</summary>
    public IReadOnlyList<ISpoolEntry> Found => _found;

    public static SpoolOptions Options(string directory, IDisk? disk = null, int segmentLimit = 16 * 1024 * 1024)
        => new()
        {
            Directory = directory,
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

    /// <summary>A message's text without the comment that fills what is left of the room in front.</summary>
    public static string WithoutFilling(string atRest) => Regex.Replace(atRest, @"\n \([.\n ]*\)", "");

    /// <summary>Begins, writes and commits; the fault that the sender would be told, and the id.</summary>
    /// <param name="front">Fields to be put in front when all else is there; null: no room is kept.</param>
    public (Fault Fault, string Id) Put(byte[] wire, int recipients = 1, byte[]? front = null)
    {
        Fault fault = Spool.TryBegin(Envelope(recipients), 0, out ISpoolWriter writer);
        if (fault != Fault.None)
            return (fault, "");
        if (front is not null)
            writer.ReserveInFront(RoomInFront);
        writer.Append(wire, () => { });
        if (front is not null)
            Assert.Equal(Fault.None, writer.PutInFront(front));
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

    // An entry for both is taken once.
    private sealed class Part(SpoolRun run, bool isLocal, Action<ISpoolEntry>? consumer) : ISpoolConsumer
    {
        public bool Take(ISpoolEntry entry, bool isNew, Action resume)
        {
            if (!isLocal && entry == run._lastLocal)
                return true;
            run._lastLocal = isLocal ? entry : null;
            if (isNew)
                consumer?.Invoke(entry);
            else
                run._found.Add(entry);
            return true;
        }
    }
}
