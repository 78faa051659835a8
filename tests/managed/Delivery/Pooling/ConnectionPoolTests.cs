using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Pooling;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Delivery.Outgoing;
using MailModule.Tests.Loopback;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;
using Submission = MailModule.Delivery.Outgoing.Submission;

namespace MailModule.Tests.Delivery.Pooling;

/// <summary>Messages over the connections of a pool, to servers on loopback that follow a script.</summary>
public class ConnectionPoolTests
{
    private static readonly string[] s_opening = ["220 hello", Line, "250 server"];
    private static readonly string[] s_message = [Line, "250 ok", Line, "250 ok", Line, "354 go", Text, "250 taken"];
    private static readonly string[] s_quit = [Line, "221 bye"];
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    [Fact]
    public void Messages_one_after_the_other_share_a_connection_that_may_idle()
    {
        using var server = new ScriptedSmtpServer(null, [.. s_opening, .. s_message, .. s_message, .. s_quit]);
        using var outbox = NewOutbox(s_long);
        Assert.Equal(Fault.None, Send(outbox, server.Port).Outcome);
        Submission second = Send(outbox, server.Port);
        Assert.Equal(Fault.None, second.Outcome);
        Assert.Equal(1, second.Recipients[0].Attempts);
        Assert.Equal($"127.0.0.1:{server.Port}", second.Recipients[0].Result!.Address!.ToString());
        Assert.Equal(1, server.Connections);
        Assert.DoesNotContain("QUIT", server.Lines);
    }

    /// <summary>The next is there as soon as the host knows of the last, before the connection does.</summary>
    [Fact]
    public void A_host_that_sends_as_fast_as_it_can_needs_one_connection()
    {
        using var server = new ScriptedSmtpServer(
            null, [.. s_opening, .. Enumerable.Repeat(s_message, 50).SelectMany(one => one), .. s_quit]);
        using var outbox = NewOutbox(s_long);
        for (int i = 0; i < 50; i++)
        {
            Submission one = outbox.Prepare("x\n", server.Port);
            one.Start();
            Assert.True(one.WaitForOutcome(Outbox.Long));
            one.Cancel(); // as freeing it does
            Assert.Equal(Fault.None, one.Outcome);
        }
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public void Each_message_on_a_connection_under_tls_tells_of_it_and_none_that_wants_more_joins()
    {
        string[] script =
            ["220 hello", Line, "250-server\r\n250 STARTTLS", Line, "220 go", StartTls, Line, "250 server",
                .. s_message, .. s_message, .. s_quit];
        using var server = new ScriptedSmtpServer(Loop.Certificate, script);
        using var outbox = NewOutbox(s_long);
        for (int i = 0; i < 2; i++)
        {
            Submission one = Send(outbox, server.Port, StartTlsUse.IfOffered);
            Assert.Equal(Fault.None, one.Outcome);
            Assert.StartsWith("TLSv1.", one.Recipients[0].Result!.Tls, StringComparison.Ordinal);
            Assert.False(one.Recipients[0].Result!.IsVerified);
        }
        Assert.Equal(1, server.Connections);
        Submission checkedOne = outbox.Prepare("x\n", server.Port, startTls: StartTlsUse.IfOffered, verify: true);
        checkedOne.Start();
        checkedOne.Wait();
        Assert.Equal(Fault.Tls, checkedOne.Outcome);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public void The_states_of_a_message_on_an_open_connection_are_those_of_any()
    {
        using var server = new ScriptedSmtpServer(null, [.. s_opening, .. s_message, .. s_message, .. s_quit]);
        using var outbox = NewOutbox(s_long);
        Send(outbox, server.Port);
        var listener = new Outbox.Listener();
        Submission second = outbox.Prepare("x\n", server.Port, listener);
        second.Start();
        second.Wait();
        SubmissionState[] states = [.. listener.All.Select(change => change.State).Distinct()];
        Assert.Equal(
            [SubmissionState.FindHost, SubmissionState.Connecting, SubmissionState.Dialog, SubmissionState.Sending,
                SubmissionState.Done], states);
        Assert.Empty(listener.Offences);
    }

    [Fact]
    public void Without_idling_a_connection_serves_those_that_wait_and_says_quit()
    {
        using var server = new ScriptedSmtpServer(
            null, [.. s_opening, .. s_message, .. s_message, .. s_message, .. s_quit]);
        using var outbox = NewOutbox(TimeSpan.Zero, perDestination: 1);
        Submission[] three = [.. Enumerable.Range(0, 3).Select(_ => outbox.Prepare("x\n", server.Port))];
        foreach (Submission one in three)
            one.Start();
        foreach (Submission one in three)
            one.Wait();
        Assert.All(three, one => Assert.Equal(Fault.None, one.Outcome));
        Assert.Equal(1, server.Connections);
        WaitUntil(() => server.Lines.Contains("QUIT"));
    }

    [Fact]
    public void A_stop_says_quit_on_what_idles_and_lets_nothing_idle_any_more()
    {
        using var server = new ScriptedSmtpServer(null, [.. s_opening, .. s_message, .. s_quit]);
        using var outbox = NewOutbox(s_long);
        Send(outbox, server.Port);
        outbox.Pool.Stop();
        WaitUntil(() => server.Lines.Contains("QUIT"));
        Assert.Equal(Fault.Cancelled, Send(outbox, server.Port).Outcome);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public void An_idle_connection_says_quit_when_its_time_is_up()
    {
        using var server = new ScriptedSmtpServer(null, [.. s_opening, .. s_message, .. s_quit]);
        using var outbox = NewOutbox(TimeSpan.FromMilliseconds(1));
        Send(outbox, server.Port);
        WaitUntil(() => server.Lines.Contains("QUIT"));
        WaitUntil(() => outbox.Connections.Count == 0);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("421 4.4.2 idle too long")]
    [InlineData("garbage")]
    public void What_the_server_closes_while_it_idles_is_forgotten(string? words)
    {
        string[] script = [.. s_opening, .. s_message, .. words is null ? [] : new[] { words }];
        using var server = new ScriptedSmtpServer(null, script, [.. s_opening, .. s_message, .. s_quit]);
        using var outbox = NewOutbox(s_long);
        Send(outbox, server.Port);
        WaitUntil(() => outbox.Connections.Count == 0);
        Assert.Equal(Fault.None, Send(outbox, server.Port).Outcome);
        Assert.Equal(2, server.Connections);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("421 4.4.2 idle too long")]
    public void A_message_that_meets_a_closed_connection_goes_on_another_and_only_once(string? words)
    {
        string[] first = [.. s_opening, .. s_message, Line, .. words is null ? [] : new[] { words }];
        using var server = new ScriptedSmtpServer(null, first, [.. s_opening, .. s_message, .. s_quit]);
        using var outbox = NewOutbox(s_long);
        Send(outbox, server.Port);
        Submission second = Send(outbox, server.Port);
        Assert.Equal(Fault.None, second.Outcome);
        Assert.Equal(2, second.Recipients[0].Attempts);
        Assert.Equal(2, server.Texts.Length);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public void A_message_of_which_something_was_answered_is_not_sent_anew()
    {
        string[] first = [.. s_opening, .. s_message, Line, "250 ok", Line];
        using var server = new ScriptedSmtpServer(null, first, [.. s_opening, .. s_message, .. s_quit]);
        using var outbox = NewOutbox(s_long);
        Send(outbox, server.Port);
        // Nothing of the content left, so that the next address of the host would have got it; there is none.
        Assert.Equal(Fault.Closed, Send(outbox, server.Port).Outcome);
        Assert.Single(server.Texts);
    }

    [Fact]
    public void A_message_lost_behind_its_final_dot_is_never_sent_anew()
    {
        string[] first = [.. s_opening, .. s_message, Line, "250 ok", Line, "250 ok", Line, "354 go", Text];
        using var server = new ScriptedSmtpServer(null, first, [.. s_opening, .. s_message, .. s_quit]);
        using var outbox = NewOutbox(s_long);
        Send(outbox, server.Port);
        Submission second = Send(outbox, server.Port);
        Assert.Equal(Fault.Closed, second.Outcome);
        Assert.True(second.Recipients[0].Result!.IsUnknown);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public void A_server_that_closes_behind_each_message_gets_each_of_many_once()
    {
        string[] script = [.. s_opening, .. s_message, Line];
        using var server = new ScriptedSmtpServer(null, script);
        using var outbox = NewOutbox(s_long, perDestination: 2);
        Submission[] many = [.. Enumerable.Range(0, 30).Select(_ => outbox.Prepare("x\n", server.Port))];
        foreach (Submission one in many)
            one.Start();
        foreach (Submission one in many)
            one.Wait();
        Assert.All(many, one => Assert.Equal(Fault.None, one.Outcome));
        Assert.Equal(30, server.Texts.Length);
    }

    [Fact]
    public void Where_nobody_listens_those_that_wait_have_the_same_end()
    {
        int port = UnusedPort();
        using var outbox = NewOutbox(s_long, perDestination: 1);
        Submission[] many = [.. Enumerable.Range(0, 30).Select(_ => outbox.Prepare("x\n", port))];
        foreach (Submission one in many)
            one.Start();
        foreach (Submission one in many)
            one.Wait();
        Assert.All(many, one => Assert.Equal(Fault.Connect, one.Outcome));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(2)]
    public void A_server_that_takes_one_connection_gets_all_on_it(int count)
    {
        using var server = new ScriptedSmtpServer(
            null, [.. s_opening, .. Enumerable.Repeat(s_message, 20).SelectMany(one => one), .. s_quit],
            ["421 4.7.0 one is enough"]);
        using var outbox = NewOutbox(s_long);
        Submission[] many = [.. Enumerable.Range(0, count).Select(_ => outbox.Prepare("x\n", server.Port))];
        foreach (Submission one in many)
            one.Start();
        foreach (Submission one in many)
            one.Wait();
        Assert.All(many, one => Assert.Equal(Fault.None, one.Outcome));
        Assert.Equal(count, server.Texts.Length);
    }

    [Fact]
    public void A_connection_ends_after_so_many_messages()
    {
        using var server = new ScriptedSmtpServer(
            null, [.. s_opening, .. s_message, .. s_message, .. s_quit], [.. s_opening, .. s_message, .. s_quit]);
        using var outbox = NewOutbox(s_long);
        outbox.Limits = outbox.Limits with { Messages = 2 };
        for (int i = 0; i < 3; i++)
            Assert.Equal(Fault.None, Send(outbox, server.Port).Outcome);
        Assert.Equal(2, server.Connections);
        WaitUntil(() => server.Lines.Count(line => line == "QUIT") == 1);
    }

    [Fact]
    public void A_message_that_is_cancelled_in_the_line_leaves_it_and_the_others_get_their_turn()
    {
        using var server = new ScriptedSmtpServer(
            null, [.. s_opening, Line, Hang], [.. s_opening, .. s_message, .. s_quit]);
        using var outbox = NewOutbox(s_long, perDestination: 1);
        Submission[] three = [.. Enumerable.Range(0, 3).Select(_ => outbox.Prepare("x\n", server.Port))];
        three[0].Start();
        Assert.True(server.HasHung.Wait(Outbox.Long));
        three[1].Start();
        three[2].Start();
        three[1].Cancel();
        Assert.Equal(Fault.Cancelled, three[1].Outcome);
        Assert.Equal(1, server.Connections);
        three[0].Cancel();
        three[2].Wait();
        Assert.Equal(Fault.None, three[2].Outcome);
        Assert.Single(server.Texts);
    }

    /// <summary>Messages that are cancelled at any moment take none with them that is not.</summary>
    [Fact]
    public void Cancels_at_any_moment_leave_the_others_alone()
    {
        string[] script = [.. s_opening, .. Enumerable.Repeat(s_message, 200).SelectMany(one => one)];
        using var server = new ScriptedSmtpServer(null, script);
        using var outbox = NewOutbox(s_long, perDestination: 3);
        var random = new Random(3);
        Submission[] many = [.. Enumerable.Range(0, 120).Select(_ => outbox.Prepare("x\n", server.Port))];
        foreach (Submission one in many)
        {
            one.Start();
            if (random.Next(3) == 0)
                many[random.Next(60)].Cancel();
        }
        foreach (Submission one in many)
            one.Wait();
        Assert.All(many[60..], one => Assert.Equal(Fault.None, one.Outcome));
        Assert.All(many[..60], one => Assert.True(one.Outcome is Fault.None or Fault.Cancelled));
    }

    private static Outbox NewOutbox(TimeSpan idle, int perDestination = 20)
        => new() { Limits = new PoolLimits(idle, 100, perDestination, 100) };

    private static Submission Send(Outbox outbox, int port, StartTlsUse startTls = StartTlsUse.Never)
    {
        Submission submission = outbox.Prepare("x\n", port, startTls: startTls);
        submission.Start();
        submission.Wait();
        return submission;
    }

    private static int UnusedPort()
    {
        var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }

    private static void WaitUntil(Func<bool> holds) => Assert.True(SpinWait.SpinUntil(holds, Outbox.Long));
}
