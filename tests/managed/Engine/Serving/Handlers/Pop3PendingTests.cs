using System.Collections.Concurrent;
using System.Diagnostics;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>A handler of the POP3 server may owe its answer: what it may do then, and what ends the wait.</summary>
[Collection(AloneCollection.Name)]
public sealed class Pop3PendingTests : IDisposable
{
    private const string Login = Pop3HandlerRun.Login;
    private readonly BlockingCollection<(PendingAnswer Answer, IPop3HandlerSession Session)> _owed = [];

    public void Dispose() => _owed.Dispose();

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public void Messages_and_octets_may_come_while_the_answer_is_owed(string isInline)
    {
        Pop3TestTable table = Deferring(
            Pop3Steps.Auth | Pop3Steps.Open | Pop3Steps.Retrieve | Pop3Steps.Read | Pop3Steps.Remove | Pop3Steps.Update,
            static _ => true);
        using var run = new Pop3HandlerRun([$"callback_inline={isInline}"], table);
        using Pop3Wire client = run.Connect();
        client.Send(Login + "RETR 1\r\nDELE 1\r\nQUIT\r\n");
        Next().Answer.Answer(HandlerVerdict.Accept); // auth
        (PendingAnswer answer, IPop3HandlerSession session) = Next(); // open
        Assert.Equal(Fault.None, session.AddMessage(9, "a", 1));
        Assert.Equal(Fault.State, session.Write("x"u8));
        answer.Answer(HandlerVerdict.Accept);
        Assert.Equal(Fault.State, session.AddMessage(9, "b", 1));
        Next().Answer.Answer(HandlerVerdict.Accept); // retr
        for (int i = 0; i < 3; i++)
        {
            (answer, session) = Next(); // read
            Assert.Equal(Fault.None, session.Write("abc"u8));
            answer.Answer(i < 2 ? HandlerVerdict.Continue : HandlerVerdict.Done);
        }
        Next().Answer.Answer(HandlerVerdict.Done); // remove
        (answer, _) = Next(); // update
        Assert.Equal(Fault.None, answer.SetReply(0, null, "gone"));
        answer.Answer(HandlerVerdict.Accept);
        Assert.EndsWith("+OK 9 octets\r\nabcabcabc\r\n.\r\n+OK marked for deletion\r\n+OK gone\r\n", client.ReadAll());
    }

    [Fact]
    public void A_piece_that_comes_after_its_deadline_goes_nowhere()
    {
        Pop3TestTable table = Deferring(
            Pop3Steps.Auth | Pop3Steps.Open | Pop3Steps.Retrieve | Pop3Steps.Read,
            static step => step == Pop3Steps.Read, TimeSpan.FromMilliseconds(50));
        using var run = new Pop3HandlerRun(table);
        using Pop3Wire client = run.Connect();
        client.Send(Login + "RETR 1\r\n");
        (PendingAnswer answer, IPop3HandlerSession session) = Next();
        Assert.EndsWith("octets\r\n", client.ReadAll()); // cut: what is there is not the whole
        Assert.Equal(Fault.State, session.Write("late"u8));
        Assert.Equal(Fault.Timeout, answer.Answer(HandlerVerdict.Done));
    }

    [Fact]
    public void A_deadline_gives_its_verdict()
    {
        Pop3TestTable table = Deferring(Pop3Steps.Noop, static _ => true, TimeSpan.FromMilliseconds(50));
        using var run = new Pop3HandlerRun(table);
        Assert.EndsWith(
            "-ERR [SYS/TEMP] not possible now, try again later\r\n+OK goodbye\r\n",
            run.Talk(Login + "NOOP\r\nQUIT\r\n"));
    }

    [Theory]
    [InlineData("DELE 1\r\nNOOP\r\n")] // in the middle of a session
    [InlineData("RETR 1\r\n")] // in the middle of a message
    public void A_lost_client_deletes_nothing_and_is_closed(string said)
    {
        if (!Epoll.IsOfSystem)
            return; // elsewhere who does not read hears of nothing
        Pop3TestTable table = Deferring(
            Pop3Steps.Auth | Pop3Steps.Open | Pop3Steps.Retrieve | Pop3Steps.Read | Pop3Steps.Noop | Pop3Steps.Remove
                | Pop3Steps.Update | Pop3Steps.Close,
            static step => step is Pop3Steps.Noop or Pop3Steps.Read);
        using var run = new Pop3HandlerRun(table);
        using Pop3Wire client = run.Connect();
        client.Send(Login + said);
        PendingAnswer owed = Next().Answer;
        client.Reset();
        Assert.True(table.IsClosed.Wait(Loop.Long), "the session goes on");
        Assert.Equal(Fault.Closed, owed.Answer(HandlerVerdict.Accept));
        Assert.DoesNotContain("Update", table.Asked);
        Assert.DoesNotContain(table.Asked, step => step.StartsWith("Remove", StringComparison.Ordinal));
        Assert.Equal("Close", table.Asked[^1]);
    }

    [Fact]
    public void A_quit_that_has_begun_comes_to_its_end_without_its_client()
    {
        Pop3TestTable table = Deferring(
            Pop3Steps.Auth | Pop3Steps.Open | Pop3Steps.Retrieve | Pop3Steps.Remove | Pop3Steps.Update
                | Pop3Steps.Close,
            static step => step == Pop3Steps.Remove);
        using var run = new Pop3HandlerRun(table);
        using Pop3Wire client = run.Connect();
        client.Send(Login + "DELE 1\r\nQUIT\r\n");
        PendingAnswer owed = Next().Answer;
        client.Reset();
        Assert.Equal("+OK", run.Talk("QUIT\r\n")[..3]); // so the reset, which came before it, has been told
        Assert.Equal(Fault.None, owed.Answer(HandlerVerdict.Done));
        Assert.True(SpinWait.SpinUntil(() => table.Asked is [.., "Update", "Close"], Loop.Long), "it has no end");
    }

    [Fact]
    public void A_stop_answers_what_is_owed_by_its_deadlines_verdict()
    {
        Pop3TestTable table = Deferring(
            Pop3Steps.Auth | Pop3Steps.Open | Pop3Steps.Retrieve | Pop3Steps.Remove | Pop3Steps.Update
                | Pop3Steps.Close,
            static step => step == Pop3Steps.Remove, then: HandlerVerdict.Reject);
        using var run = new Pop3HandlerRun(table);
        using Pop3Wire client = run.Connect();
        client.Send(Login + "DELE 1\r\nQUIT\r\n");
        PendingAnswer owed = Next().Answer;
        Assert.Equal(Fault.None, run.Server.Stop(TimeSpan.FromSeconds(2)));
        Assert.EndsWith("deletion\r\n-ERR [SYS/TEMP] some messages could not be deleted\r\n", client.ReadAll());
        Assert.Equal(Fault.Timeout, owed.Answer(HandlerVerdict.Done));
        Assert.Equal(["Update", "Close"], table.Asked[^2..]);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public void A_thousand_sessions_whose_mailbox_is_owed_hold_no_thread(string isInline)
    {
        const int Sessions = 1000;
        Pop3TestTable table = Deferring(
            Pop3Steps.Auth | Pop3Steps.Open | Pop3Steps.Retrieve, static step => step == Pop3Steps.Open);
        using var run = new Pop3HandlerRun([$"callback_inline={isInline}", "from_same_host=0"], table);
        List<Pop3Wire> clients = [];
        try
        {
            int threads = 0;
            for (int i = 0; i < Sessions; i++)
            {
                clients.Add(run.Connect());
                clients[^1].Send(Login);
                if (i == 20)
                    threads = Process.GetCurrentProcess().Threads.Count;
            }
            List<PendingAnswer> owed = [];
            for (int i = 0; i < Sessions; i++)
                owed.Add(Next().Answer);
            Assert.InRange(Process.GetCurrentProcess().Threads.Count, 1, threads + 40);
            foreach (PendingAnswer one in owed)
                Assert.Equal(Fault.None, one.Answer(HandlerVerdict.Accept));
            foreach (Pop3Wire client in clients)
                client.ReadTo("+OK 0 messages (0 octets)\r\n");
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private (PendingAnswer Answer, IPop3HandlerSession Session) Next()
    {
        Assert.True(_owed.TryTake(out (PendingAnswer, IPop3HandlerSession) one, Loop.Long), "nothing is owed");
        return one;
    }

    /// <summary>A store of one message, that owes its answers at these steps.</summary>
    private Pop3TestTable Deferring(
        Pop3Steps steps, Func<Pop3Steps, bool> owes, TimeSpan timeout = default, int then = HandlerVerdict.Error)
        => new(steps)
        {
            Answer = (step, session) =>
            {
                if (step == Pop3Steps.Close)
                    return 0;
                if (step == Pop3Steps.Open && !owes(step))
                    session.AddMessage(9, "a", 1);
                if (!owes(step))
                    return step is Pop3Steps.Remove ? HandlerVerdict.Done : HandlerVerdict.Accept;
                Assert.Equal(
                    Fault.None,
                    session.Defer(timeout == default ? Loop.Long : timeout, then, out PendingAnswer? pending));
                _owed.Add((pending!, session));
                return HandlerVerdict.Pending;
            },
        };
}
