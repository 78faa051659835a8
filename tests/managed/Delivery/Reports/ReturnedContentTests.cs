using System.Text;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Reports;

public sealed class ReturnedContentTests : IDisposable
{
    private const string Header = "Return-Path: <ann@sender.example>\nSubject: x\n\n";
    private const int FullLimit = 100 * 1024;
    private const int AskedFullLimit = 40 * 1024 * 1024;

    private readonly Workers _workers = new(1);

    public void Dispose() => _workers.Dispose();

    [Theory]
    [InlineData(FullLimit, ReturnContent.Default, true)]
    [InlineData(FullLimit + 1, ReturnContent.Default, false)]
    [InlineData(FullLimit + 1, ReturnContent.Full, true)]
    [InlineData(AskedFullLimit + 1L, ReturnContent.Full, false)]
    [InlineData(50_000, ReturnContent.Headers, false)]
    public void Size_and_the_senders_wish_decide_what_comes_back(long length, ReturnContent wish, bool isWhole)
    {
        var spool = new DsnSpool { KeepsText = false };
        var content = new RunningContent(Header, length);
        Assert.Equal(Fault.None,
            Run(new OriginalMessage("ann@sender.example", content) { Envelope = { Return = wish } }, spool));
        Assert.Equal(isWhole, spool.Octets > length);
    }

    [Theory]
    [InlineData(ReturnContent.Default)]
    [InlineData(ReturnContent.Full)]
    public void To_the_sender_of_a_stranger_the_header_alone_comes_back(ReturnContent wish)
    {
        var message = new OriginalMessage { Envelope = { Return = wish, IsFromStranger = true } };
        DsnSpool.Message dsn = Report(message);
        Assert.DoesNotContain("At noon", dsn.Text, StringComparison.Ordinal);
        Assert.Contains("text/rfc822-headers", dsn.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_huge_message_is_returned_in_bounded_memory()
    {
        var spool = new DsnSpool { KeepsText = false };
        var content = new RunningContent(Header, AskedFullLimit);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(Fault.None,
            Run(new OriginalMessage("ann@sender.example", content) { Envelope = { Return = ReturnContent.Full } },
                spool));
        long used = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(spool.Octets, AskedFullLimit, AskedFullLimit + 8192);
        Assert.InRange(spool.LongestPiece, 1, 64 * 1024);
        Assert.InRange(used, 0, 1024 * 1024);
        Assert.Equal(0, content.Open);
    }

    [Theory]
    [InlineData("Subject: x\n\nbody\n", "Subject: x\n\nbody\n")]
    [InlineData("Return-Path: <>\nSubject: x\n\nbody\n", "Subject: x\n\nbody\n")]
    [InlineData("Return-Path: <>\n\nbody", "\nbody")]
    [InlineData("Return-Path: <>\n", "")]
    [InlineData("", "")]
    public void Our_trace_line_is_not_returned(string text, string returned)
        => Assert.Equal(returned, Returned(text, ReturnContent.Full));

    [Theory]
    [InlineData("Return-Path: <>\nA: b\n\nbody\n", "A: b\n")]
    [InlineData("Return-Path: <>\nA: b\n c\nD: e\n", "A: b\n c\nD: e\n")]
    [InlineData("Return-Path: <>\n\nbody\n\nmore", "")]
    [InlineData("Return-Path: <>\nA: b", "A: b")]
    [InlineData("", "")]
    public void The_header_ends_before_the_blank_line(string text, string returned)
        => Assert.Equal(returned, Returned(text, ReturnContent.Headers));

    [Fact]
    public void Of_a_header_without_end_the_fields_that_fit_are_returned()
    {
        string field = "X: " + new string('x', 60) + "\n " + new string('y', 60) + "\n";
        string text = "Return-Path: <>\n" + string.Concat(Enumerable.Repeat(field, 2000));
        string returned = Returned(text, ReturnContent.Headers);
        Assert.InRange(returned.Length, 60 * 1024, 64 * 1024);
        Assert.Equal(0, returned.Length % field.Length);
    }

    [Theory]
    [InlineData("Return-Path: <>\nA: b\n\n\0", false)]
    [InlineData("Return-Path: <>\nA: b\n\nbody\n", true)]
    public void A_message_that_cannot_travel_whole_comes_back_as_its_header(string text, bool isWhole)
        => Assert.Equal(isWhole ? "A: b\n\nbody\n" : "A: b\n", Returned(text, ReturnContent.Full));

    [Fact]
    public void A_header_with_long_lines_is_encoded()
    {
        string line = "A: " + new string('b', 2000);
        DsnCheck.Part part = Part($"Return-Path: <>\n{line}\n\nbody\n", ReturnContent.Default);
        Assert.Equal(("text/rfc822-headers", "base64", line + "\r\n"), (part.Type, part.Encoding, part.Decoded));
    }

    [Fact]
    public void Any_message_makes_a_report_that_can_be_read()
    {
        var random = new Random(6522);
        const string letters = "ab: \n\n\n\0\r\u00fc-=_.";
        for (int round = 0; round < 300; round++)
        {
            string text = "Return-Path: <>\n"
                + string.Concat(Enumerable.Range(0, random.Next(400))
                    .Select(_ => letters[random.Next(random.Next(3) == 0 ? letters.Length : 7)]));
            var message = new OriginalMessage("ann@sender.example", new RunningContent(text, 0))
            { Envelope = { Utf8 = random.Next(2) == 0, Return = (ReturnContent)random.Next(3) } };
            DsnCheck.Strictly(Report(message));
        }
    }

    private string Returned(string text, ReturnContent wish) => Part(text, wish).Decoded;

    private DsnCheck.Part Part(string text, ReturnContent wish)
        => DsnCheck.Strictly(
            Report(new OriginalMessage("ann@sender.example", new RunningContent(text, 0))
            { Envelope = { Return = wish } })).Returned;

    private DsnSpool.Message Report(OriginalMessage message)
    {
        var spool = new DsnSpool();
        Assert.Equal(Fault.None, Run(message, spool));
        return Assert.Single(spool.Messages);
    }

    private Fault Run(OriginalMessage message, DsnSpool spool)
    {
        var parts = new DsnDependencies
        {
            Spool = spool,
            Workers = _workers,
            HostName = () => "mail.example",
            VerdictOf = _ => new RelayVerdict(null, RelayRefusal.None),
            FullLimit = FullLimit,
            AskedFullLimit = AskedFullLimit,
        };
        DsnRecipient[] recipients = [Told.Of(message.Add("bob@far.example"), "5.0.0", "x", null, null)];
        Fault fault = Fault.Internal;
        new DsnJob(new Dsn(message, recipients, new Recipient(message.Envelope.ReversePath, null),
            "mail.example", DateTimeOffset.UnixEpoch), parts, result => fault = result).Run();
        return fault;
    }

    /// <summary>A text whose rest is made while it is read, in pieces of any size.</summary>
    private sealed class RunningContent(string front, long length) : MessageContent
    {
        private readonly byte[] _front = Encoding.Latin1.GetBytes(front);

        public int Open { get; private set; }
        public override long Length => Math.Max(length, _front.Length);
        public override long WireLength => Length;
        public override ReadOnlyMemory<byte> Memory => default;
        public override string? FilePath => null;

        public override Stream OpenRead()
        {
            Open++;
            return new Running(this);
        }

        private sealed class Running(RunningContent content) : Stream
        {
            private long _at;

            public override bool CanRead => true;
            public override bool CanSeek => false;
            public override bool CanWrite => false;
            public override long Length => content.Length;
            public override long Position { get => _at; set => throw new NotSupportedException(); }

            public override int Read(Span<byte> buffer)
            {
                int count = (int)Math.Min(Math.Min(buffer.Length, 1000), content.Length - _at);
                for (int i = 0; i < count; i++, _at++)
                    buffer[i] = _at < content._front.Length ? content._front[_at] : (byte)(_at % 70 == 69 ? '\n' : 'x');
                return count;
            }

            public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
            public override void Flush() => throw new NotSupportedException();
            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
            public override void SetLength(long value) => throw new NotSupportedException();
            public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            protected override void Dispose(bool disposing)
            {
                content.Open--;
                base.Dispose(disposing);
            }
        }
    }
}
