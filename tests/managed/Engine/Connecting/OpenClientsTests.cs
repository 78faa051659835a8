using MailModule.Delivery.Remote;
using MailModule.Engine.Connecting;
using MailModule.Primitives;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Connecting;

public class OpenClientsTests
{
    private readonly OpenClients _clients = new(new ClientEnvironment(
        static () => new RemoteOptions { HelloName = "client.example" }, static () => new ZoneDns(),
        static () => Path.GetTempPath(), new Workers(1, Log.None)));

    [Fact]
    public void A_stop_ends_those_that_are_open()
    {
        var (open, closed) = (new CountedClient(), new CountedClient());
        Assert.True(_clients.TryAdd(open));
        Assert.True(_clients.TryAdd(closed));
        _clients.Remove(closed);
        _clients.Stop();
        Assert.Equal((1, 0), (open.Ends, closed.Ends));
    }

    [Fact]
    public void Behind_a_stop_none_opens()
    {
        _clients.Stop();
        var late = new CountedClient();
        Assert.False(_clients.TryAdd(late));
        _clients.Stop();
        Assert.Equal(0, late.Ends);
    }

    [Fact]
    public void A_client_that_closes_while_it_is_ended_holds_nothing_up()
    {
        var client = new CountedClient();
        client.Ended = () => _clients.Remove(client);
        Assert.True(_clients.TryAdd(client));
        _clients.Stop();
        _clients.Stop();
        Assert.Equal(1, client.Ends);
    }

    private sealed class CountedClient : IOpenClient
    {
        public int Ends { get; private set; }

        public Action? Ended { get; set; }

        public void EndWithEngine()
        {
            Ends++;
            Ended?.Invoke();
        }
    }
}
