using System.Net;
using MailModule.Pop3.Server;
using MailModule.Tests.Pop3.Server;
using MailModule.Transport;

namespace MailModule.Tests.Sessions;

/// <summary>POP3 where memory is short.</summary>
public class Pop3MemoryTests
{
    private readonly SessionMemory _memory = new(1 << 20);

    [Fact]
    public void An_answer_that_there_is_no_memory_for_is_refused_and_may_be_asked_for_again()
    {
        PacedSession pop3 = Begin("text\r\n");
        Assert.EndsWith("+OK 1 messages (6 octets)\r\n", pop3.Send("USER u\r\nPASS p w\r\n"));
        _memory.Take(Address, 120 * 1024);
        Assert.Equal("-ERR [SYS/TEMP] not enough memory, try again later\r\n", pop3.Send("RETR 1\r\n"));
        _memory.Release(Address, 120 * 1024);
        Assert.Equal("+OK 6 octets\r\ntext\r\n.\r\n", pop3.Send("RETR 1\r\n"));
        Assert.Equal(0, _memory.Taken);
    }

    [Fact]
    public void A_maildrop_counts_while_its_session_lasts()
    {
        PacedSession pop3 = Begin([.. Enumerable.Repeat("x\r\n", 1000)]);
        pop3.Send("USER u\r\nPASS p w\r\n");
        Assert.InRange(_memory.Taken, 90_000, 120_000);
        PacedSession second = Begin([.. Enumerable.Repeat("x\r\n", 1000)]);
        string said = second.Send("USER u\r\nPASS p w\r\n");
        Assert.EndsWith("-ERR [SYS/TEMP] not enough memory, try again later\r\n", said);
        Assert.True(second.IsClosed);
        pop3.Send("QUIT\r\n");
        Assert.Equal(0, _memory.Taken);
    }

    private static IPAddress Address => IPAddress.Parse("192.0.2.1");

    private PacedSession Begin(params string[] texts)
    {
        var options = new Pop3ServerOptions { PlainAuthWithoutTls = true };
        var harness = new Pop3Harness(options, texts);
        return new PacedSession(peer => new Pop3Session(options, harness, peer), Pace.Any, _memory);
    }
}
