using MailModule.Pop3.Server;
using MailModule.Smtp.Server;
using MailModule.Tests.Pop3.Server;
using MailModule.Tests.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Tests.Sessions;

/// <summary>Clients that drip, on a clock of the test's own: how long each stage of both servers bears it.</summary>
public class PaceTests
{
    private const string TooSlow = "421 4.4.2 Too slow, closing connection\r\n";
    private const string TooSlowPop3 = "-ERR [SYS/TEMP] too slow, closing\r\n";
    private const string Login = "EHLO c\r\nAUTH PLAIN AHVzZXIAc2VjcmV0\r\n";
    private const string Data = "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
    private static readonly Pace s_pace = Pace.Of(TimeSpan.FromSeconds(600), 3 * 1024);
    private readonly FakeBackend _backend = new() { Answers = Answers.Early };

    [Theory]
    [InlineData("", "x")]
    [InlineData("EHLO c\r\n", "x")]
    [InlineData("EHLO c\r\nMAIL FROM:<a@b>\r\n", "\r")]
    [InlineData("EHLO c\r\nAUTH LOGIN\r\n", "Q")]
    [InlineData("EHLO c\r\nAUTH LOGIN\r\ndXNlcg==\r\n", "Q")]
    [InlineData(Login, "x")]
    public void A_line_that_is_begun_has_a_minute(string before, string octet)
    {
        PacedSession smtp = Smtp();
        smtp.Send(before);
        (double seconds, string said) = smtp.Drip(octet, 1);
        Assert.Equal(TooSlow, said);
        Assert.InRange(seconds, 60, 62);
    }

    [Fact]
    public void A_line_without_end_has_a_minute_too()
    {
        PacedSession smtp = Smtp();
        (double seconds, string said) = smtp.Drip(new string('x', 8000), 1);
        Assert.Equal(TooSlow, said);
        Assert.InRange(seconds, 60, 70);
    }

    [Fact]
    public void Each_line_has_a_minute_of_its_own()
    {
        PacedSession smtp = Smtp();
        smtp.Send(Login + "NO");
        for (int i = 0; i < 100; i++)
            Assert.Equal("250 2.0.0 Ok\r\n", smtp.Send("OP\r\nNO", after: 50));
    }

    [Fact]
    public void A_client_may_be_idle_between_two_lines()
    {
        PacedSession smtp = Smtp();
        smtp.Send(Login);
        Assert.Equal("250 2.0.0 Ok\r\n", smtp.Send("NOOP\r\n", after: 599));
        Assert.Equal("421 4.4.2 Idle for too long, closing connection\r\n", smtp.Send("NOOP\r\n", after: 600));
    }

    [Theory]
    [InlineData("NOOP\r\n")]
    [InlineData("EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRSET\r\n")]
    public void A_stranger_who_gets_nothing_done_has_twice_the_idle_time(string commands)
    {
        (double seconds, string said) = Smtp().Drip(commands, 5);
        Assert.Equal(TooSlow, said);
        Assert.InRange(seconds, 1200, 1205);
    }

    [Fact]
    public void A_message_that_is_taken_gives_a_stranger_time_again()
    {
        PacedSession smtp = Smtp();
        smtp.Send(Data, after: 500);
        Assert.Contains("250 2.6.0", smtp.Send("text\r\n.\r\n", after: 50));
        Assert.InRange(smtp.Drip("NOOP\r\n", 5).Seconds, 1200, 1205);
    }

    [Fact]
    public void Who_has_logged_in_may_say_noop_for_ever()
    {
        PacedSession smtp = Smtp();
        smtp.Send(Login);
        smtp.Drip("NOOP\r\n", 500, most: 90_000);
        Assert.False(smtp.IsClosed);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Login)]
    public void A_message_that_drips_is_at_its_end_after_a_minute(string before)
    {
        PacedSession smtp = Smtp();
        smtp.Send(before + Data);
        (double seconds, string said) = smtp.Drip("x", 1);
        Assert.Equal(TooSlow, said);
        Assert.InRange(seconds, 60, 62);
        Assert.Empty(_backend.Messages);
    }

    [Fact]
    public void A_message_that_comes_at_the_least_speed_is_taken_however_long_that_is()
    {
        PacedSession smtp = Smtp();
        smtp.Send(Data);
        smtp.Drip(new string('x', 1022) + "\r\n", 20, most: 7200);
        Assert.Contains("250 2.6.0", smtp.Send("\r\n.\r\n"));
        Assert.Equal("250 2.0.0 Ok\r\n", smtp.Send("NOOP\r\n"));
    }

    [Fact]
    public void A_burst_buys_a_minute_of_silence_and_no_more()
    {
        PacedSession smtp = Smtp();
        smtp.Send(Data);
        smtp.Send(string.Concat(Enumerable.Repeat(new string('x', 998) + "\r\n", 1000)), after: 1);
        smtp.Send("x", after: 59);
        Assert.False(smtp.IsClosed);
        Assert.InRange(smtp.Drip("x", 1).Seconds, 1, 3);
    }

    [Fact]
    public void Where_any_speed_will_do_a_message_may_drip()
    {
        PacedSession smtp = Smtp(Pace.Of(TimeSpan.FromSeconds(600), 0));
        smtp.Send(Data);
        smtp.Drip("x", 1, most: 5000);
        Assert.Contains("250 2.6.0", smtp.Send("\r\n.\r\n"));
    }

    [Fact]
    public void Time_that_the_server_takes_is_not_the_clients()
    {
        var backend = new FakeBackend { Answers = Answers.Late, IsSlow = true };
        PacedSession smtp = Smtp(s_pace, backend);
        Assert.True(backend.RunLater());
        Assert.StartsWith("220 ", smtp.Send(""), StringComparison.Ordinal);
        foreach (string sent in new[] { "EHLO c\r\nMAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", "DATA\r\n", "text\r\n" })
        {
            smtp.Send(sent);
            smtp.Send("", after: 5000);
            Assert.True(backend.RunLater());
            smtp.Send("");
        }
        Assert.False(smtp.IsClosed);
        (double seconds, string said) = smtp.Drip("", 1);
        Assert.Equal(TooSlow, said);
        Assert.InRange(seconds, 55, 61);
    }

    [Fact]
    public void A_shorter_idle_time_makes_all_bounds_shorter()
    {
        PacedSession smtp = Smtp(Pace.Of(TimeSpan.FromSeconds(5), 3 * 1024));
        smtp.Send(Data);
        Assert.InRange(smtp.Drip("x", 1).Seconds, 5, 6);
    }

    [Theory]
    [InlineData("", 60)]
    [InlineData("USER u\r\nPASS p w\r\n", 60)]
    [InlineData("AUTH LOGIN\r\n", 60)]
    public void A_line_of_pop3_that_is_begun_has_a_minute(string before, int least)
    {
        PacedSession pop3 = Pop3();
        pop3.Send(before);
        (double seconds, string said) = pop3.Drip("x", 1);
        Assert.Equal(TooSlowPop3, said);
        Assert.InRange(seconds, least, least + 2);
    }

    [Fact]
    public void Before_the_login_pop3_has_twice_the_idle_time()
    {
        (double seconds, string said) = Pop3().Drip("CAPA\r\n", 5);
        Assert.Equal(TooSlowPop3, said);
        Assert.InRange(seconds, 1200, 1205);
    }

    [Fact]
    public void After_the_login_pop3_goes_on_as_long_as_the_client_does()
    {
        PacedSession pop3 = Pop3();
        pop3.Send("USER u\r\nPASS p w\r\n");
        pop3.Drip("NOOP\r\n", 500, most: 90_000);
        Assert.False(pop3.IsClosed);
    }

    private PacedSession Smtp() => Smtp(s_pace, _backend);

    private PacedSession Smtp(Pace pace) => Smtp(pace, _backend);

    private static PacedSession Smtp(Pace pace, FakeBackend backend)
    {
        var options = new SmtpServerOptions { OfferAuth = true, PlainAuthWithoutTls = true };
        return new PacedSession(peer => new SmtpSession(options, backend, peer), pace);
    }

    private static PacedSession Pop3()
    {
        var options = new Pop3ServerOptions { PlainAuthWithoutTls = true };
        var harness = new Pop3Harness(options, "text\n");
        return new PacedSession(peer => new Pop3Session(options, harness, peer), s_pace);
    }
}
