using MailModule.Delivery.Remote;
using MailModule.Engine.Sending;
using MailModule.Engine.Settings;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Settings;

public class DomainRouteTests
{
    [Theory]
    [InlineData("a.example;mail.b.example", "a.example", "mail.b.example:25", null, false)]
    [InlineData(".a.example; 10.0.0.5:2525", ".a.example", "10.0.0.5:2525", null, false)]
    [InlineData("*;[2001:db8::1]:26;none", "*", "[2001:db8::1]:26", "none", false)]
    [InlineData("*.a.example;h;implicit, verify", "*.a.example", "h:465", "implicit", true)]
    [InlineData("a.example;h:587;verify", "a.example", "h:587", null, true)]
    [InlineData("a.example;h;", "a.example", "h:25", null, false)]
    public void A_route_has_a_domain_a_host_and_perhaps_options(
        string text, string pattern, string nextHop, string? tls, bool isVerified)
    {
        Assert.True(DomainRoute.TryParse(text, out DomainRoute route, out string error), error);
        Assert.Equal(new DomainRoute(pattern, nextHop, tls, isVerified), route);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.example")]
    [InlineData("a.example;")]
    [InlineData(";h")]
    [InlineData("a b;h")]
    [InlineData("a.example;h:0")]
    [InlineData("a.example;h:70000")]
    [InlineData("a.example;h i")]
    [InlineData("a.example;h;none,required")]
    [InlineData("a.example;h;TLS")]
    [InlineData("a.example;h;none;verify")]
    public void A_malformed_route_is_refused_with_a_reason(string text)
    {
        Assert.False(DomainRoute.TryParse(text, out _, out string error));
        Assert.StartsWith(text.Length == 0 ? "a route" : "", error, StringComparison.Ordinal);
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData("none", StartTlsUse.IfOffered, StartTlsUse.Never)]
    [InlineData("none", StartTlsUse.Required, StartTlsUse.Required)]
    [InlineData("opportunistic", StartTlsUse.Never, StartTlsUse.IfOffered)]
    [InlineData("required", StartTlsUse.Never, StartTlsUse.Required)]
    [InlineData("verify", StartTlsUse.Never, StartTlsUse.Never)]
    internal void A_route_says_how_its_host_is_protected_but_never_less_than_all_mail_needs(
        string option, StartTlsUse general, StartTlsUse expected)
    {
        Assert.True(DomainRoute.TryParse($"a.example;h;{option}", out DomainRoute route, out _));
        RemoteOptions options = RouteOptions.Of(new RemoteOptions { HelloName = "x", StartTls = general }, route);
        Assert.Equal((expected, false, option == "verify"),
            (options.StartTls, options.IsTlsFirst, options.VerifyCertificate));
    }

    [Theory]
    [InlineData("required", CertificateProblems.SelfSigned)]
    [InlineData("verify", CertificateProblems.None)]
    public void A_route_that_asks_for_the_check_gets_it_whole(string option, CertificateProblems tolerated)
    {
        Assert.True(DomainRoute.TryParse($"a.example;h;{option}", out DomainRoute route, out _));
        var general = new RemoteOptions { HelloName = "x", Tolerated = CertificateProblems.SelfSigned };
        Assert.Equal(tolerated, RouteOptions.Of(general, route).Tolerated);
    }
}
