using System.Security.Authentication;
using MailModule.Delivery.Pooling;
using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Smtp.Client;
using MailModule.Transport;
using MailModule.Transport.Proxies;

namespace MailModule.Tests.Delivery.Pooling;

public class PoolKeyTests
{
    private static readonly RemoteOptions s_options = new() { HelloName = "client.example" };

    [Fact]
    public void What_is_the_same_in_all_shares_though_it_was_made_anew()
        => Assert.Equal(Key(Full()), Key(Full()));

    [Fact]
    public void Keys_that_are_equal_have_one_hash()
        => Assert.Equal(Key(Full()).GetHashCode(), Key(Full()).GetHashCode());

    [Fact]
    public void Another_next_hop_shares_nothing()
        => Assert.NotEqual(new PoolKey("a.example", s_options), new PoolKey("b.example", s_options));

    public static TheoryData<string> Members
        => [.. typeof(RemoteOptions).GetProperties().Select(member => member.Name)];

    /// <summary>Each member of the options, those too that are added some day.</summary>
    [Theory]
    [MemberData(nameof(Members))]
    public void What_differs_in_one_thing_shares_nothing(string member)
        => Assert.NotEqual(Key(Full()), Key(Changed(Full(), member)));

    [Theory]
    [InlineData("ann", "other")]
    [InlineData("bob", "secret")]
    public void Another_login_shares_nothing(string user, string password)
        => Assert.NotEqual(Key(Full()), Key(Full() with { Login = new Credentials(user, password) }));

    [Fact]
    public void A_login_for_another_or_by_a_token_shares_nothing()
    {
        Credentials[] logins =
        [
            new("ann", "secret"), new("ann", ""), new("ann"), new("ann", "secret") { AuthorizationId = "bob" },
            new("ann", "secret") { Token = () => "t" },
        ];
        Assert.Equal(logins.Length, logins.Select(login => Key(Full() with { Login = login })).Distinct().Count());
    }

    [Theory]
    [InlineData("socks5://u:other@127.0.0.1:1080")]
    [InlineData("socks5://v:p@127.0.0.1:1080")]
    [InlineData("socks5://u:p@127.0.0.1:1081")]
    [InlineData("socks5://u:p@127.0.0.2:1080")]
    [InlineData("http://u:p@127.0.0.1:1080")]
    public void Another_proxy_shares_nothing(string proxy)
        => Assert.NotEqual(Key(Full()), Key(Full() with { Proxy = ProxyOf(proxy) }));

    private static PoolKey Key(RemoteOptions options) => new("a.example", options);

    private static RemoteOptions Full() => s_options with
    {
        Login = new Credentials("ann", "secret"),
        Proxy = ProxyOf("socks5://u:p@127.0.0.1:1080"),
    };

    private static ProxyAddress ProxyOf(string text)
    {
        Assert.True(ProxyAddress.TryParse(text, out ProxyAddress? proxy));
        return proxy!;
    }

    private static RemoteOptions Changed(RemoteOptions options, string member) => member switch
    {
        nameof(RemoteOptions.HelloName) => options with { HelloName = "other.example" },
        nameof(RemoteOptions.StartTls) => options with { StartTls = StartTlsUse.Required },
        nameof(RemoteOptions.IsTlsFirst) => options with { IsTlsFirst = true },
        nameof(RemoteOptions.VerifyCertificate) => options with { VerifyCertificate = true },
        nameof(RemoteOptions.Tolerated) => options with { Tolerated = CertificateProblems.Time },
        nameof(RemoteOptions.Authorities) => options with { Authorities = [] },
        nameof(RemoteOptions.TlsRules) => options with { TlsRules = new TlsRules(SslProtocols.Tls13, null) },
        nameof(RemoteOptions.Login) => options with { Login = null },
        nameof(RemoteOptions.AllowsClearPassword) => options with { AllowsClearPassword = true },
        nameof(RemoteOptions.EightBit) => options with { EightBit = EightBitUse.Raw },
        nameof(RemoteOptions.Timeout) => options with { Timeout = TimeSpan.FromSeconds(7) },
        nameof(RemoteOptions.ConnectTimeout) => options with { ConnectTimeout = TimeSpan.FromSeconds(7) },
        nameof(RemoteOptions.IsTraced) => options with { IsTraced = true },
        nameof(RemoteOptions.Proxy) => options with { Proxy = null },
        _ => throw new InvalidOperationException($"{member} is new: say here what is another one"),
    };
}
