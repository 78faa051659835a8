using System.Net.Sockets;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>Who has stopped a server may free what its handlers use.</summary>
public sealed class ServerStopTests : IDisposable
{
    private readonly ManualResetEventSlim _isInside = new();
    private readonly ManualResetEventSlim _gate = new();

    public void Dispose()
    {
        _gate.Set();
        _isInside.Dispose();
        _gate.Dispose();
    }

    [Fact]
    public async Task A_stop_returns_when_the_handlers_have_that_hear_of_the_end()
    {
        TestTable table = Blocking();
        using var run = new HandlerRun([], ServerOptions.AnyPort, SmtpProtocol.Smtp, table);
        EndSession(run);
        Task<Fault> stop = Task.Run(() => run.Server.Stop(Loop.Long));
        Assert.False(stop.IsCompleted);
        _gate.Set();
        Assert.Equal(Fault.None, await stop.WaitAsync(Loop.Long));
        Assert.True(table.IsClosed.IsSet);
    }

    [Fact]
    public void A_handler_that_does_not_return_is_told_also_when_the_engine_has_stopped_the_server()
    {
        using var run = new HandlerRun([], ServerOptions.AnyPort, SmtpProtocol.Smtp, Blocking());
        EndSession(run);
        Assert.Equal(Fault.Timeout, run.Engine.Stop(TimeSpan.Zero));
        Assert.Equal(Fault.Timeout, run.Server.Stop(TimeSpan.Zero));
        _gate.Set();
        Assert.Equal(Fault.None, run.Server.Stop(Loop.Long));
    }

    private TestTable Blocking() => new(HandlerSteps.Close)
    {
        Answer = (_, _) =>
        {
            _isInside.Set();
            _gate.Wait();
            return 0;
        },
    };

    private void EndSession(HandlerRun run)
    {
        using (var client = new TcpClient("127.0.0.1", run.Server.Port))
            client.GetStream().Write("QUIT\r\n"u8);
        Assert.True(_isInside.Wait(Loop.Long));
    }
}
