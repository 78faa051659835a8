using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>
/// A client goes while an answer is owed. A reset ends the session at once, where the system tells of it; the end of
/// the client's own side does not: it may read the reply still.
/// </summary>
public sealed class LostClientTests : IDisposable
{
    private const string Rcpt = "RCPT TO:<ann@mail.example>\r\n";
    private const HandlerSteps Steps
        = HandlerSteps.Rcpt | HandlerSteps.Chunk | HandlerSteps.Noop | HandlerSteps.Error | HandlerSteps.Close;

    private readonly BlockingCollection<PendingAnswer> _owed = [];

    public void Dispose() => _owed.Dispose();

    [Theory]
    [InlineData(HandlerSteps.Rcpt, "0")]
    [InlineData(HandlerSteps.Rcpt, "1")]
    [InlineData(HandlerSteps.Chunk, "0")]
    public void A_reset_ends_the_session_that_waits_for_an_answer(HandlerSteps step, string isInline)
    {
        if (!Epoll.IsOfSystem)
            return; // elsewhere who does not read hears of nothing
        TestTable table = Deferring(step);
        using HandlerRun run = Listening(table, isInline);
        using var client = new TcpClient("127.0.0.1", run.Server.Port);
        string content = step == HandlerSteps.Chunk ? "DATA\r\n" + new string('x', 70) + "\r\n.\r\n" : "";
        client.GetStream().Write(Encoding.ASCII.GetBytes(HandlerRun.Begun + Rcpt + content + Rcpt + Rcpt));
        PendingAnswer owed = NextOwed();
        Reset(client);
        Assert.True(table.IsClosed.Wait(Loop.Long), "the session goes on");
        Assert.Equal(Fault.Closed, owed.Answer(HandlerVerdict.Accept));
        Assert.Empty(_owed); // what was pipelined behind it is nobody's any more
        Assert.Equal(["Error Closed", "Close"], table.Asked[^2..]);
        Assert.DoesNotContain(run.Log, line => line.Contains("refused", StringComparison.Ordinal));
    }

    /// <param name="before">Behind a command that handlers were asked about the next is asked on their thread.</param>
    [Theory]
    [InlineData("")]
    [InlineData("NOOP\r\n")]
    public void A_reset_before_the_answer_is_put_off_ends_the_session_too(string before)
    {
        if (!Epoll.IsOfSystem)
            return; // elsewhere who does not read hears of nothing
        using var mayAnswer = new SemaphoreSlim(0);
        using var isInside = new SemaphoreSlim(0);
        var table = new TestTable(Steps)
        {
            Answer = (step, session) =>
            {
                if (step is not (HandlerSteps.Noop or HandlerSteps.Rcpt))
                    return 0;
                isInside.Release();
                Assert.True(mayAnswer.Wait(Loop.Long));
                return step == HandlerSteps.Rcpt ? Defer(session) : 0;
            },
        };
        using HandlerRun run = Listening(table, "0");
        using var client = new TcpClient("127.0.0.1", run.Server.Port);
        client.GetStream().Write(Encoding.ASCII.GetBytes(HandlerRun.Begun + before + Rcpt));
        Assert.True(isInside.Wait(Loop.Long));
        if (before.Length > 0)
        {
            AnotherIsServed(run); // so the thread that has read the command holds the connection no more
            mayAnswer.Release();
            Assert.True(isInside.Wait(Loop.Long));
        }
        Reset(client);
        AnotherIsServed(run); // so the reset, which came before it, has been told
        mayAnswer.Release();
        Assert.True(table.IsClosed.Wait(Loop.Long));
        Assert.Equal(Fault.Closed, NextOwed().Answer(HandlerVerdict.Accept));
        Assert.True(SpinWait.SpinUntil(() => table.Asked.Contains("Error Closed"), Loop.Long));
    }

    [Fact]
    public void A_client_that_has_ended_its_side_hears_the_answer()
    {
        TestTable table = Deferring(HandlerSteps.Rcpt);
        using HandlerRun run = Listening(table, "0");
        using var client = new TcpClient("127.0.0.1", run.Server.Port);
        NetworkStream stream = client.GetStream();
        stream.Write(Encoding.ASCII.GetBytes(HandlerRun.Begun + Rcpt + "QUIT\r\n"));
        PendingAnswer owed = NextOwed();
        client.Client.Shutdown(SocketShutdown.Send);
        using (var other = new TcpClient("127.0.0.1", run.Server.Port))
        {
            other.GetStream().Write("NOOP\r\n"u8);
            ReadTo(other.GetStream(), "250 2.0.0 Ok\r\n"); // so the end, which came before it, has been told
        }
        Assert.Equal(Fault.None, owed.SetReply(0, null, "heard"));
        Assert.Equal(Fault.None, owed.Answer(HandlerVerdict.Accept));
        ReadTo(stream, "250 2.1.5 heard\r\n221 2.0.0 Bye\r\n");
    }

    private static void AnotherIsServed(HandlerRun run)
    {
        using var other = new TcpClient("127.0.0.1", run.Server.Port);
        other.GetStream().Write("RSET\r\n"u8);
        ReadTo(other.GetStream(), "250 2.0.0 Ok\r\n");
    }

    private static HandlerRun Listening(TestTable table, string isInline)
        => new([$"callback_inline={isInline}"], ServerOptions.AnyPort, SmtpProtocol.Smtp, table);

    private TestTable Deferring(HandlerSteps step) => new(Steps)
    {
        Answer = (asked, session) => asked == step ? Defer(session) : 0,
    };

    private int Defer(IHandlerSession session)
    {
        Assert.Equal(Fault.None, session.Defer(TimeSpan.FromHours(1), HandlerVerdict.Accept, out PendingAnswer? owed));
        _owed.Add(owed!);
        return HandlerVerdict.Pending;
    }

    private PendingAnswer NextOwed()
    {
        Assert.True(_owed.TryTake(out PendingAnswer? pending, Loop.Long), "no answer is owed");
        return pending;
    }

    private static void Reset(TcpClient client)
    {
        client.Client.LingerState = new LingerOption(true, 0);
        client.Client.Close();
    }

    private static void ReadTo(NetworkStream stream, string end)
    {
        stream.ReadTimeout = (int)Loop.Long.TotalMilliseconds;
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            int count = stream.Read(buffer);
            Assert.True(count > 0, $"the connection ended behind: {text}");
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
    }
}
