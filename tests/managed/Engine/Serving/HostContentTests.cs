using System.Text;
using MailModule.Engine.Serving;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Tests.Lines;
using MailModule.Tests.Smtp.Server;

namespace MailModule.Tests.Engine.Serving;

/// <summary>A host reads the text itself, on a worker, while DATA is pending.</summary>
public class HostContentTests
{
    private const string Before = "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n";
    private const string Go = "354 Start mail input; end with <CRLF>.<CRLF>\r\n";
    private const string Kept = "250 2.6.0 Message accepted\r\n";
    private const string NoopOk = "250 2.0.0 Ok\r\n";
    private const string Text = "Subject: x\r\n\r\n..dot\r\ntext\r\n.\r\n";
    private const string Plain = "Subject: x\r\n\r\n.dot\r\ntext\r\n";

    private static readonly Verdict Refusal = Verdict.Refuse(new Reply(571, "5.7.1", "Not wanted"));

    private string _heard = "";
    private int _last;
    private Fault _fault;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(1000, true)]
    public void The_host_reads_what_is_kept(int room, bool isSlow)
    {
        SmtpHarness harness = Begin(reader => ReadAll(reader, room), isSlow: isSlow);
        harness.Prepare(Text + "NOOP\r\n");
        Assert.Equal(Go + Kept + NoopOk, harness.Send("DATA\r\n"));
        Assert.Equal((Plain, 0), (_heard, _last));
        Assert.Equal([Plain], harness.Backend.Messages);
    }

    [Fact]
    public void Text_that_came_with_data_is_read_too()
    {
        SmtpHarness harness = Begin(reader => ReadAll(reader, 100));
        Assert.Equal(Go + Kept + NoopOk, harness.Send("DATA\r\n" + Text + "NOOP\r\n"));
        Assert.Equal(Plain, _heard);
    }

    [Fact]
    public void However_the_text_is_cut_the_host_and_the_store_get_the_same()
    {
        var random = new Random(354);
        for (int i = 0; i < 500; i++)
        {
            string text = Encoding.ASCII.GetString(Texts.Random(random, random.Next(20)))
                .Replace("\r\n.\r\n", "", StringComparison.Ordinal) + "\r\n.\r\n";
            if (text.StartsWith(".\r\n", StringComparison.Ordinal)
                || text.IndexOf("\r\n.\r\n", StringComparison.Ordinal) != text.Length - 5)
                continue;
            SmtpHarness harness = Begin(reader => ReadAll(reader, random.Next(1, 20)),
                new SmtpServerOptions { NormalizeBareNewlines = true });
            harness.Prepare([.. Texts.Cuts(random, text.Length).Select(cut => text[cut])]);
            Assert.Equal(Go + Kept, harness.Send("DATA\r\n"));
            Assert.Equal([_heard], harness.Backend.Messages);
        }
    }

    [Fact]
    public void What_the_host_leaves_flows_on()
    {
        SmtpHarness harness = Begin(reader => ReadOnce(reader, 4, Verdict.Accept));
        Assert.Equal(Go + Kept + NoopOk, harness.Send("DATA\r\n" + Text + "NOOP\r\n"));
        Assert.Equal("Subj", _heard);
        Assert.Equal([Plain], harness.Backend.Messages);
    }

    [Fact]
    public void A_refusal_before_reading_answers_data_itself()
    {
        SmtpHarness harness = Begin(_ => Refusal);
        Assert.Equal("571 5.7.1 Not wanted\r\n", harness.Send("DATA\r\n"));
        Assert.Equal(1, harness.Backend.Discarded);
        Assert.Equal(NoopOk, harness.Send("NOOP\r\n"));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1000)]
    public void A_refusal_after_reading_is_heard_after_the_final_dot(int room)
    {
        SmtpHarness harness = Begin(reader => ReadOnce(reader, room, Refusal));
        Assert.Equal(Go, harness.Send("DATA\r\n" + Text[..^1]));
        Assert.Equal("571 5.7.1 Not wanted\r\n" + NoopOk, harness.Send(Text[^1..] + "NOOP\r\n"));
        Assert.Equal(1, harness.Backend.Discarded);
    }

    [Fact]
    public void A_refusal_with_421_closes()
    {
        SmtpHarness harness = Begin(_ => Verdict.Refuse(new Reply(421, "4.3.2", "Not now")));
        Assert.Equal("421 4.3.2 Not now\r\n", harness.Send("DATA\r\n"));
        Assert.Equal((true, 1), (harness.IsClosed, harness.Backend.Discarded));
    }

    [Fact]
    public void A_refusal_with_421_after_reading_closes_behind_the_final_dot()
    {
        SmtpHarness harness = Begin(
            reader => ReadOnce(reader, 4, Verdict.Refuse(new Reply(421, "4.3.2", "Not now"))));
        Assert.Equal(Go, harness.Send("DATA\r\n" + Text[..^1]));
        Assert.False(harness.IsClosed);
        Assert.Equal("421 4.3.2 Not now\r\n", harness.Send(Text[^1..] + "NOOP\r\n"));
        Assert.Equal((true, 1), (harness.IsClosed, harness.Backend.Discarded));
    }

    [Fact]
    public void A_refusal_after_the_whole_text_is_heard_at_once()
    {
        SmtpHarness harness = Begin(reader =>
        {
            ReadAll(reader, 7);
            return Refusal;
        });
        Assert.Equal(Go + "571 5.7.1 Not wanted\r\n", harness.Send("DATA\r\n" + Text));
    }

    [Fact]
    public void A_rule_broken_by_the_text_ends_the_hosts_reading()
    {
        SmtpHarness harness = Begin(reader => ReadToFault(reader, 5), new SmtpServerOptions { SizeLimit = 12 });
        Assert.Equal(Go + "552 5.3.4 Message is larger than the limit\r\n" + NoopOk,
            harness.Send("DATA\r\n" + Text + "NOOP\r\n"));
        Assert.Equal((-1, Fault.Limit), (_last, _fault));
        Assert.Empty(harness.Backend.Messages);
    }

    [Fact]
    public void A_bare_newline_ends_the_hosts_reading()
    {
        SmtpHarness harness = Begin(reader => ReadToFault(reader, 100));
        Assert.Equal(Go + "550 5.6.0 Message has a bare CR or LF; lines end with CRLF\r\n",
            harness.Send("DATA\r\na\n.\nb\r\n.\r\n"));
        Assert.Equal((-1, Fault.Protocol), (_last, _fault));
    }

    [Fact]
    public void A_loss_ends_the_hosts_reading()
    {
        SmtpHarness harness = Begin(reader => ReadAll(reader, 100));
        harness.Prepare("half");
        Assert.Equal(Go, harness.Send("DATA\r\n"));
        Assert.Equal(("half", -1), (_heard, _last));
        harness.Close();
        Assert.Equal(1, harness.Backend.Discarded);
    }

    [Fact]
    public void A_host_may_close()
    {
        SmtpHarness harness = Begin(reader => ReadOnce(reader, 4, Verdict.Close(null)));
        Assert.Equal(Go, harness.Send("DATA\r\n" + Text));
        Assert.True(harness.IsClosed);
    }

    [Fact]
    public void Each_transaction_is_read_anew()
    {
        SmtpHarness harness = Begin(reader => ReadAll(reader, 3));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Go + Kept, harness.Send("DATA\r\n" + Text));
            Assert.Equal(Plain, _heard);
            harness.Send(Before);
        }
    }

    private static SmtpHarness Begin(
        Func<HostContentReader, Verdict> host, SmtpServerOptions? options = null, bool isSlow = false)
    {
        var backend = new FakeBackend { IsSlow = isSlow };
        backend.Host = _ => host(backend.Reader!);
        var harness = new SmtpHarness(options, backend);
        backend.Reader = new HostContentReader(harness.Session, backend, harness);
        harness.Send(Before);
        return harness;
    }

    private Verdict ReadAll(HostContentReader reader, int room)
    {
        byte[] buffer = new byte[room];
        var heard = new StringBuilder();
        while ((_last = reader.Read(buffer)) > 0)
            heard.Append(Encoding.Latin1.GetString(buffer, 0, _last));
        _heard = heard.ToString();
        return Verdict.Accept;
    }

    private Verdict ReadToFault(HostContentReader reader, int room)
    {
        Verdict verdict = ReadAll(reader, room);
        _fault = reader.Fault;
        return verdict;
    }

    private Verdict ReadOnce(HostContentReader reader, int room, Verdict verdict)
    {
        byte[] buffer = new byte[room];
        _last = reader.Read(buffer);
        _heard = Encoding.Latin1.GetString(buffer, 0, _last);
        return verdict;
    }
}
