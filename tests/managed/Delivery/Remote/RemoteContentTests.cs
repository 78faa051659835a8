using System.Text;
using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Tests.Delivery.Outgoing;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Remote;

public class RemoteContentTests
{
    private const string Trace = "Return-Path: <ann@a.example>\n";
    private const string Text = "Received: by x\nSubject: y\n\nReturn-Path: <not@this.one>\nbody\n";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_trace_line_of_ours_is_left_out_and_does_not_count(bool asStream)
    {
        using var workers = new Workers(4);
        var text = new RemoteContent(new Entry(new TextContent(Trace + Text, asStream: asStream)), workers, Log.None);
        Assert.Equal(Text.Length + Text.Count(c => c == '\n'), text.WireLength);
        Assert.Equal(Text, Read(text, pieces: 7));
    }

    [Fact]
    public void What_is_in_memory_comes_at_once()
    {
        using var workers = new Workers(4);
        var text = new RemoteContent(new Entry(new TextContent(Trace + Text)), workers, Log.None);
        byte[] buffer = new byte[1024];
        Assert.True(text.TryRead(buffer, () => Assert.Fail("nobody waits"), out int count));
        Assert.Equal(Text.Length, count);
        Assert.Equal(0, workers.Threads);
    }

    [Fact]
    public void What_is_not_is_read_on_a_worker_and_let_go_of()
    {
        using var workers = new Workers(4);
        var content = new WatchedContent(Trace + Text);
        using (var text = new RemoteContent(new Entry(content), workers, Log.None))
        {
            Assert.Equal(Text, Read(text, pieces: 1000));
            Assert.True(content.WasOnWorker);
            Assert.False(content.IsClosed);
        }
        Assert.True(content.IsClosed);
    }

    [Fact]
    public void It_can_be_sent_again_from_its_beginning()
    {
        using var workers = new Workers(4);
        var text = new RemoteContent(new Entry(new TextContent(Trace + Text)), workers, Log.None);
        Read(text, pieces: 10);
        Assert.Equal(Text, Read(text.Reopen(), pieces: 1000));
    }

    [Fact]
    public void A_message_that_cannot_be_read_is_a_failure_and_not_an_end()
    {
        using var workers = new Workers(4);
        var text = new RemoteContent(new Entry(new WatchedContent(null)), workers, Log.None);
        Assert.Equal(-1, ReadPiece(text, new byte[10]));
    }

    [Theory]
    [InlineData("plain\n", false, false)]
    [InlineData("caf\xe9\n", false, true)]
    [InlineData("plain\n", true, true)]
    public void Eight_bits_are_found_in_memory_or_declared(string body, bool isDeclared, bool isEightBit)
    {
        using var workers = new Workers(4);
        var entry = new Entry(new TextContent(Trace + body));
        entry.Envelope.EightBit = isDeclared;
        Assert.Equal(isEightBit, new RemoteContent(entry, workers, Log.None).IsEightBit);
    }

    private static string Read(IMessageSource source, int pieces)
    {
        var all = new StringBuilder();
        byte[] buffer = new byte[pieces];
        while (ReadPiece(source, buffer) is > 0 and var count)
            all.Append(Encoding.Latin1.GetString(buffer, 0, count));
        return all.ToString();
    }

    private static int ReadPiece(IMessageSource source, byte[] buffer)
    {
        using var ready = new ManualResetEventSlim();
        int count;
        while (!source.TryRead(buffer, ready.Set, out count))
        {
            Assert.True(ready.Wait(Outbox.Long));
            ready.Reset();
        }
        return count;
    }

    private sealed class Entry(MessageContent content) : ISpoolEntry
    {
        public string Id => "entry";
        public Envelope Envelope { get; } = new() { ReversePath = Outbox.Address("ann@a.example") };
        public MessageContent Content => content;
        public ReadOnlyMemory<byte> Note => default;
        public bool IsDone(int recipient) => false;
    }

    /// <summary>Not in memory; null cannot be opened.</summary>
    private sealed class WatchedContent(string? text) : MessageContent
    {
        public bool WasOnWorker { get; private set; }
        public bool IsClosed { get; private set; }
        public override long Length => text?.Length ?? 100;
        public override long WireLength => Length;
        public override ReadOnlyMemory<byte> Memory => default;
        public override string? FilePath => null;

        public override Stream OpenRead()
        {
            WasOnWorker = Workers.IsCurrent;
            return text is null
                ? throw new IOException("gone")
                : new WatchedStream(this, Encoding.Latin1.GetBytes(text));
        }

        private sealed class WatchedStream(WatchedContent content, byte[] octets) : MemoryStream(octets)
        {
            protected override void Dispose(bool disposing)
            {
                content.IsClosed = true;
                base.Dispose(disposing);
            }
        }
    }
}
