using MailModule.Engine;
using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Primitives;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine;

/// <summary>What hosts have of a running engine beside servers and sending, and what a stop makes of it.</summary>
public sealed class HostMailDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MailEngine _engine = new();

    public HostMailDataTests() => Assert.Equal(Fault.None, _engine.Set("mail_root", _folder.Path));

    public void Dispose()
    {
        _engine.Close();
        _folder.Dispose();
    }

    [Fact]
    public void All_uses_have_the_same_spool_which_no_other_engine_has()
    {
        Assert.Equal(Fault.None, _engine.OpenMailData(out HostMailData? first));
        Assert.Equal(Fault.None, _engine.OpenMailData(out HostMailData? second));
        Assert.Same(first!.Spool, second!.Spool);
        Assert.Same(first.Store, second.Store);
        Assert.Same(first.Delivery, second.Delivery);
        var other = new MailEngine();
        Assert.Equal(Fault.None, other.Set("mail_root", _folder.Path));
        Assert.Equal(Fault.Locked, other.OpenMailData(out HostMailData? none));
        Assert.Null(none);
        other.Close();
    }

    [Fact]
    public void A_stop_is_told_and_the_next_use_has_another()
    {
        Assert.Equal(Fault.None, _engine.OpenMailData(out HostMailData? first));
        Assert.False(first!.Stopping.IsCancellationRequested);
        Assert.Equal(Fault.None, _engine.Stop(Loop.Long));
        Assert.True(first.Stopping.IsCancellationRequested);
        Assert.Equal(Fault.None, _engine.OpenMailData(out HostMailData? second));
        Assert.NotSame(first.Spool, second!.Spool);
        Assert.False(second.Stopping.IsCancellationRequested);
    }

    [Fact]
    public void Clients_that_retrieve_end_with_the_engine()
    {
        Assert.Equal(Fault.None, _engine.OpenRetrieval(out Retrieval? retrieval));
        var client = new EndedClient();
        Assert.True(retrieval!.Clients.TryAdd(client));
        Assert.Equal(Fault.None, _engine.OpenRetrieval(out Retrieval? same));
        Assert.Same(retrieval, same);
        Assert.Equal(Fault.None, _engine.Stop(Loop.Long));
        Assert.True(client.HasEnded);
        Assert.False(retrieval.Clients.TryAdd(client));
        Assert.Equal(Fault.None, _engine.OpenRetrieval(out Retrieval? next));
        Assert.True(next!.Clients.TryAdd(client));
    }

    [Fact]
    public void An_engine_that_is_closed_gives_nothing()
    {
        _engine.Close();
        Assert.Equal(Fault.State, _engine.OpenMailData(out HostMailData? data));
        Assert.Equal(Fault.State, _engine.OpenRetrieval(out Retrieval? retrieval));
        Assert.Null(data);
        Assert.Null(retrieval);
    }

    private sealed class EndedClient : IOpenClient
    {
        public bool HasEnded { get; private set; }

        public void EndWithEngine() => HasEnded = true;
    }
}
