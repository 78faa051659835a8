using System.Net;
using MailModule.Primitives.Os;
using MailModule.Tests.Dns;

namespace MailModule.Tests.Primitives.Os;

public class NameServersTests
{
    private readonly ManualClock _clock = new();
    private IReadOnlyList<IPAddress>? _found = [IPAddress.Parse("192.0.2.1")];
    private int _looks;

    [Fact]
    public void Servers_are_looked_up_again_after_their_lifetime_alone()
    {
        NameServers<string> servers = Servers();
        Assert.Equal("192.0.2.1", servers.Current);
        _found = [IPAddress.Parse("192.0.2.2"), IPAddress.Parse("2001:db8::1")];
        Assert.Equal("192.0.2.1", servers.Current);
        Assert.Equal(1, _looks);
        _clock.Advance(NameServers<string>.Lifetime);
        Assert.Equal("192.0.2.2,2001:db8::1", servers.Current);
    }

    [Fact]
    public void What_stays_the_same_is_made_once()
    {
        NameServers<string> servers = Servers();
        string first = servers.Current;
        _clock.Advance(NameServers<string>.Lifetime);
        Assert.Same(first, servers.Current);
        Assert.Equal(2, _looks);
    }

    [Fact]
    public void Where_the_system_does_not_say_the_servers_known_stay()
    {
        NameServers<string> servers = Servers();
        Assert.Equal("192.0.2.1", servers.Current);
        _found = null;
        _clock.Advance(NameServers<string>.Lifetime);
        Assert.Equal("192.0.2.1", servers.Current);
    }

    [Fact]
    public void Without_any_server_something_is_made_all_the_same()
    {
        _found = null;
        Assert.Equal("", Servers().Current);
    }

    [Fact]
    public void The_adapter_that_is_asked_first_comes_first_and_no_server_twice()
    {
        IPAddress one = IPAddress.Parse("192.0.2.1"), two = IPAddress.Parse("192.0.2.2");
        IPAddress nobody = IPAddress.Parse("fec0:0:0:ffff::1");
        Assert.Equal([two, one], NameServersOfSystem.InOrder([(50, one), (10, two), (10, nobody), (70, two)]));
    }

    private NameServers<string> Servers() => new(
        servers => string.Join(',', servers),
        () =>
        {
            _looks++;
            return _found;
        },
        _clock);
}
