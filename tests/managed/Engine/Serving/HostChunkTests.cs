using System.Text;
using MailModule.Engine.Serving;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Tests.Lines;
using MailModule.Tests.Smtp.Server;

namespace MailModule.Tests.Engine.Serving;

/// <summary>As <see cref="HostContentTests"/>, where the content comes in chunks (RFC 3030): the host does not notice.
/// </summary>
public class HostChunkTests
{
    private const string Before = "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n";
    private const string Taken = "250 2.0.0 Chunk taken\r\n";
    private const string Kept = "250 2.6.0 Message accepted\r\n";
    private const string NoopOk = "250 2.0.0 Ok\r\n";
    private const string Plain = "Subject: x\r\n\r\n.dot\r\n.\r\ntext\r\n";
    private const string Chunks =
        "BDAT 11\r\nSubject: x\rBDAT 0\r\nBDAT 5\r\n\n\r\n.dBDAT 13 LAST\r\not\r\n.\r\ntext\r\nNOOP\r\n";

    private static readonly Verdict Refusal = Verdict.Refuse(new Reply(571, "5.7.1", "Not wanted"));

    private string _heard = "";
    private int _last;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(1000, false)]
    public void However_chunks_are_cut_the_host_reads_what_is_kept(int room, bool isSlow)
    {
        var random = new Random(3030);
        for (int i = 0; i < 100; i++)
        {
            SmtpHarness harness = Begin(reader => ReadAll(reader, room), isSlow);
            string coming = Chunks[9..^6]; // not NOOP: nobody reads it in the host's name
            harness.Prepare([.. Texts.Cuts(random, coming.Length).Select(cut => coming[cut])]);
            Assert.Equal(Taken + Taken + Taken + Kept, harness.Send(Chunks[..9]));
            Assert.Equal((Plain, 0), (_heard, _last));
            Assert.Equal([Plain], harness.Backend.Messages);
        }
    }

    [Fact]
    public void Chunks_that_came_together_are_read_too()
    {
        SmtpHarness harness = Begin(reader => ReadAll(reader, 100));
        Assert.Equal(Taken + Taken + Taken + Kept + NoopOk, harness.Send(Chunks));
        Assert.Equal(Plain, _heard);
    }

    [Fact]
    public void A_line_without_its_end_is_ended_for_the_host_as_well()
    {
        SmtpHarness harness = Begin(reader => ReadAll(reader, 1));
        Assert.Equal(Taken + Kept + NoopOk, harness.Send("BDAT 4\r\ntextBDAT 0 LAST\r\nNOOP\r\n"));
        Assert.Equal("text\r\n", _heard);
        Assert.Equal(["text\r\n"], harness.Backend.Messages);
    }

    [Fact]
    public void What_the_host_leaves_flows_on()
    {
        SmtpHarness harness = Begin(reader => ReadOnce(reader, 4, Verdict.Accept));
        Assert.Equal(Taken + Taken + Taken + Kept + NoopOk, harness.Send(Chunks));
        Assert.Equal([Plain], harness.Backend.Messages);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(11)]
    public void A_refusal_in_a_chunk_is_its_reply(int room)
    {
        SmtpHarness harness = Begin(reader => ReadOnce(reader, room, Refusal));
        string nothing = "503 5.5.1 Send MAIL first\r\n";
        Assert.Equal("571 5.7.1 Not wanted\r\n" + nothing + nothing + nothing + NoopOk, harness.Send(Chunks));
        Assert.Equal(1, harness.Backend.Discarded);
    }

    [Fact]
    public void A_refusal_before_reading_is_said_behind_the_chunk()
    {
        SmtpHarness harness = Begin(_ => Refusal);
        Assert.Equal("", harness.Send("BDAT 6 LAST\r\nQUIT\r"));
        Assert.Equal("571 5.7.1 Not wanted\r\n" + NoopOk, harness.Send("\nNOOP\r\n"));
    }

    [Theory]
    [InlineData("RSET\r\n", NoopOk)]
    [InlineData("QUIT\r\n", "221 2.0.0 Bye\r\n")]
    [InlineData("DATA\r\n", "503 5.5.1 Bad sequence of commands\r\n")]
    [InlineData("BDAT x\r\n", "501 5.5.4 Syntax: BDAT octets [LAST]\r\n")]
    public void Another_command_between_chunks_ends_the_hosts_reading(string command, string reply)
    {
        SmtpHarness harness = Begin(reader => ReadAll(reader, 100));
        Assert.Equal(Taken + reply, harness.Send("BDAT 3\r\nx\r\n" + command));
        Assert.Equal(("x\r\n", -1), (_heard, _last));
        Assert.Empty(harness.Backend.Messages);
    }

    [Fact]
    public void A_rule_broken_in_a_chunk_ends_the_hosts_reading()
    {
        SmtpHarness harness = Begin(reader => ReadAll(reader, 100));
        Assert.Equal("550 5.6.0 Message has a bare CR or LF; lines end with CRLF\r\n" + NoopOk,
            harness.Send("BDAT 3\r\na\nbNOOP\r\n"));
        Assert.Equal(-1, _last);
    }

    [Theory]
    [InlineData("BDAT 9\r\nhalf", "")]
    [InlineData("BDAT 4\r\nhalf", Taken)]
    [InlineData("BDAT 4\r\nhalfBDAT 4", Taken)]
    public void A_loss_ends_the_hosts_reading(string sent, string replies)
    {
        SmtpHarness harness = Begin(reader => ReadAll(reader, 100));
        Assert.Equal(replies, harness.Send(sent));
        Assert.Equal(("half", -1), (_heard, _last));
        harness.Close();
        Assert.Equal(1, harness.Backend.Discarded);
    }

    private static SmtpHarness Begin(Func<HostContentReader, Verdict> host, bool isSlow = false)
    {
        var backend = new FakeBackend { IsSlow = isSlow };
        backend.Host = _ => host(backend.Reader!);
        var harness = new SmtpHarness(backend: backend);
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

    private Verdict ReadOnce(HostContentReader reader, int room, Verdict verdict)
    {
        byte[] buffer = new byte[room];
        _last = reader.Read(buffer);
        _heard = Encoding.Latin1.GetString(buffer, 0, _last);
        return verdict;
    }
}
