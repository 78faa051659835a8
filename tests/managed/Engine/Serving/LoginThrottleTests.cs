using System.Net;
using MailModule.Engine.Serving;

namespace MailModule.Tests.Engine.Serving;

public class LoginThrottleTests
{
    private static readonly IPAddress s_office = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress s_stranger = IPAddress.Parse("198.51.100.7");

    private readonly TurnedTimers _clock = new();
    private readonly LoginThrottle _throttle;

    public LoginThrottleTests() => _throttle = new LoginThrottle(_clock);

    [Fact]
    public void Ten_failures_shut_out_an_address_whatever_the_names_for_a_growing_while()
    {
        for (int i = 0; i < 10; i++)
            Fail(s_stranger, $"NAME{i}");
        Assert.False(_throttle.MayTry(s_stranger, "ANN"));
        Assert.True(_throttle.MayTry(s_office, "ANN"));
        _clock.Turn(30);
        Fail(s_stranger, "ANN");
        _clock.Turn(59);
        Assert.False(_throttle.MayTry(s_stranger, "BOB"));
        _clock.Turn(1);
        Assert.True(_throttle.MayTry(s_stranger, "BOB"));
    }

    [Fact]
    public void The_addresses_that_one_host_has_in_IPv6_are_one()
    {
        for (int i = 0; i < 10; i++)
            Fail(IPAddress.Parse($"2001:db8::{i + 1:x}"), $"NAME{i}");
        Assert.False(_throttle.MayTry(IPAddress.Parse("2001:db8::ffff"), "ANN"));
        Assert.True(_throttle.MayTry(IPAddress.Parse("2001:db8:0:1::1"), "ANN"));
    }

    [Fact]
    public void Guessing_one_name_from_everywhere_slows_the_name_down_but_not_its_owner_where_he_is_known()
    {
        _throttle.Succeeded(s_office, "ANN");
        for (int i = 0; i < 10; i++)
            Fail(IPAddress.Parse($"203.0.113.{i}"), "ANN");
        Assert.False(_throttle.MayTry(s_stranger, "ANN"));
        Assert.True(_throttle.MayTry(s_office, "ANN"));
        Assert.True(_throttle.MayTry(s_stranger, "BOB"));
        _clock.Turn(5);
        Assert.True(_throttle.MayTry(s_stranger, "ANN"));
    }

    [Fact]
    public void A_known_user_is_not_shut_out_by_who_shares_his_address()
    {
        _throttle.Succeeded(s_office, "ANN");
        for (int i = 0; i < 10; i++)
            Fail(s_office, "BOB");
        Assert.False(_throttle.MayTry(s_office, "EVE"));
        Assert.True(_throttle.MayTry(s_office, "ANN"));
    }

    [Fact]
    public void A_right_login_wipes_no_failure()
    {
        for (int i = 0; i < 9; i++)
            Fail(s_stranger, $"NAME{i}");
        _throttle.Succeeded(s_stranger, "HIS-OWN");
        Fail(s_stranger, "NAME9");
        Assert.False(_throttle.MayTry(s_stranger, "ANN"));
        Assert.True(_throttle.MayTry(s_stranger, "HIS-OWN"));
    }

    [Fact]
    public void A_program_with_an_old_password_that_never_stops_does_not_shut_out_the_others_at_its_address()
    {
        for (int minute = 0; minute < 120; minute++)
        {
            Fail(s_office, "BOB");
            _clock.Turn(60);
        }
        Assert.True(_throttle.MayTry(s_office, "ANN"));
    }

    [Fact]
    public void Where_a_user_is_known_his_name_is_guessed_no_faster()
    {
        _throttle.Succeeded(s_office, "ANN");
        for (int i = 0; i < 10; i++)
            Fail(s_office, "ANN");
        Assert.False(_throttle.MayTry(s_office, "ANN"));
        _clock.Turn(5);
        Assert.True(_throttle.MayTry(s_office, "ANN"));
    }

    [Fact]
    public void What_is_known_is_forgotten_after_a_week_without_a_login()
    {
        _throttle.Succeeded(s_office, "ANN");
        _clock.Turn(7 * 86400);
        Assert.False(_throttle.IsKnown(s_office, "ANN"));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void A_web_mail_of_this_machine_is_not_shut_out_by_what_one_of_its_users_does(string address)
    {
        IPAddress web = IPAddress.Parse(address);
        for (int i = 0; i < 20; i++)
            Fail(web, "BOB");
        Assert.False(_throttle.MayTry(web, "BOB"));
        Assert.True(_throttle.MayTry(web, "ANN"));
    }

    [Fact]
    public void A_client_without_an_address_is_counted_by_the_name()
    {
        for (int i = 0; i < 10; i++)
            Fail(null, "ANN");
        Assert.False(_throttle.MayTry(null, "ANN"));
        Assert.True(_throttle.MayTry(null, "BOB"));
        _throttle.Succeeded(null, "BOB");
    }

    private void Fail(IPAddress? client, string name) => _throttle.Failed(client, name);
}
