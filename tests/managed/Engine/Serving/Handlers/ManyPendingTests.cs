using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>What many sessions cost whose handlers owe an answer.</summary>
[Collection(AloneCollection.Name)]
public sealed class ManyPendingTests : IDisposable
{
    private readonly BlockingCollection<PendingAnswer> _owed = [];

    public void Dispose() => _owed.Dispose();

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public void A_thousand_sessions_that_wait_in_rcpt_hold_no_thread_and_little_memory(string isInline)
    {
        const int Sessions = 1000;
        using var run = new HandlerRun(
            [$"callback_inline={isInline}", "from_same_host=0"], ServerOptions.AnyPort, SmtpProtocol.Smtp,
            new TestTable(HandlerSteps.Rcpt) { Answer = (_, session) => Defer(session) });
        byte[] begin = Encoding.ASCII.GetBytes(HandlerRun.Begun + "RCPT TO:<ann@mail.example>\r\n");
        var clients = new List<TcpClient>();
        var owed = new List<PendingAnswer>();
        try
        {
            Open(20); // what there is once
            long before = GC.GetTotalMemory(forceFullCollection: true);
            int threads = Process.GetCurrentProcess().Threads.Count;
            Open(Sessions);
            long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Sessions;
            Assert.InRange(each, 0, 8 * 1024);
            Assert.InRange(Process.GetCurrentProcess().Threads.Count, 1, threads + 40);
            foreach (PendingAnswer one in owed)
                Assert.Equal(Fault.None, one.Answer(HandlerVerdict.Accept));
            foreach (TcpClient client in clients)
                ReadTo(client, "250 2.1.5 Recipient ok\r\n");
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }

        void Open(int count)
        {
            for (int i = 0; i < count; i++)
            {
                var client = new TcpClient("127.0.0.1", run.Server.Port);
                client.GetStream().Write(begin);
                clients.Add(client);
            }
            for (int i = 0; i < count; i++)
            {
                Assert.True(_owed.TryTake(out PendingAnswer? one, Loop.Long));
                owed.Add(one);
            }
        }
    }

    private int Defer(IHandlerSession session)
    {
        Assert.Equal(Fault.None, session.Defer(TimeSpan.FromHours(1), 0, out PendingAnswer? pending));
        _owed.Add(pending!);
        return HandlerVerdict.Pending;
    }

    private static void ReadTo(TcpClient client, string end)
    {
        client.ReceiveTimeout = (int)Loop.Long.TotalMilliseconds;
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            int count = client.GetStream().Read(buffer);
            Assert.True(count > 0, $"the connection ended behind: {text}");
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
    }
}
