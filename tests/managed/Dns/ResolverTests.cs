using System.Net;
using System.Text;
using MailModule.Dns;
using MailModule.Dns.Local;
using MailModule.Tests.Support;

namespace MailModule.Tests.Dns;

/// <summary>The resolver as the engine gets it, with files and a server of the test's own.</summary>
public sealed class ResolverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_hosts_file_is_read_again_when_it_changes()
    {
        using var server = ScriptedDnsServer.Of("192.0.2.99");
        IDns dns = New(server);
        Assert.Equal("192.0.2.99", AddressOf(dns, "one.example.org"));
        File.WriteAllText(_folder.In("hosts"), "192.0.2.1 one.example.org");
        Assert.Equal("192.0.2.1", AddressOf(dns, "one.example.org"));
        File.WriteAllText(_folder.In("hosts"), "192.0.2.12 one.example.org");
        Assert.Equal("192.0.2.12", AddressOf(dns, "one.example.org"));
        File.Delete(_folder.In("hosts"));
        Assert.Equal("192.0.2.99", AddressOf(dns, "one.example.org"));
        Assert.Single(server.Questions);
    }

    [Fact]
    public void A_link_to_a_file_is_followed_to_see_changes()
    {
        using var server = ScriptedDnsServer.Of("192.0.2.99");
        File.WriteAllText(_folder.In("real"), "192.0.2.1 one.example.org");
        File.CreateSymbolicLink(_folder.In("hosts"), _folder.In("real"));
        IDns dns = New(server);
        Assert.Equal("192.0.2.1", AddressOf(dns, "one.example.org"));
        File.WriteAllText(_folder.In("real"), "192.0.2.123 one.example.org");
        Assert.Equal("192.0.2.123", AddressOf(dns, "one.example.org"));
    }

    [Fact]
    public void Octets_beyond_ascii_in_the_hosts_file_do_no_harm()
    {
        using var server = ScriptedDnsServer.Of("192.0.2.99");
        File.WriteAllBytes(_folder.In("hosts"),
            [.. "192.0.2.1 caf"u8, 0xe9, .. " one.example.org\0\n192.0.2.2 two.example.org"u8]);
        IDns dns = New(server);
        Assert.Equal("192.0.2.2", AddressOf(dns, "two.example.org"));
        File.WriteAllText(_folder.In("hosts"), "192.0.2.1 bücher.example", new UTF8Encoding(false));
        Assert.Equal("192.0.2.1", AddressOf(dns, "bücher.example"));
    }

    [Fact]
    public void Answers_are_kept_until_their_time_is_over()
    {
        using var server = ScriptedDnsServer.Of("192.0.2.1");
        IDns dns = New(server);
        AddressOf(dns, "one.example.org");
        AddressOf(dns, "ONE.example.org");
        Assert.Single(server.Questions);
        _clock.Advance(TimeSpan.FromSeconds(60));
        AddressOf(dns, "one.example.org");
        Assert.Equal(2, server.Questions.Length);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1:53")]
    [InlineData("192.0.2.1:5353", "192.0.2.1:5353")]
    [InlineData(" 192.0.2.1 , ::1,[2001:db8::1]:54 ", "192.0.2.1:53 [::1]:53 [2001:db8::1]:54")]
    public void Servers_are_read_with_and_without_port(string text, string servers)
    {
        Assert.True(Resolver.TryParseServers(text, out IReadOnlyList<IPEndPoint> found));
        Assert.Equal(servers, string.Join(' ', found));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("ns.example.org")]
    [InlineData("192.0.2.1:99999")]
    [InlineData("192.0.2.1;192.0.2.2")]
    public void Other_texts_are_no_servers(string text) => Assert.False(Resolver.TryParseServers(text, out _));

    private static string AddressOf(IDns dns, string name)
        => ((AddressRecord)dns.Query(name, DnsType.A, default).Records[0]).Address.ToString();

    private IDns New(ScriptedDnsServer server)
        => Resolver.Create(new ResolverOptions
        {
            Servers = [server.EndPoint],
            HostsFile = _folder.In("hosts"),
            Timeout = TimeSpan.FromMinutes(5),
            Time = _clock,
        });
}
