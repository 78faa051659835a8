using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Loopback;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>Each step of a session: handlers first, then the own checks, then what the step does.</summary>
public class HandlerStepTests
{
    private const string Message
        = HandlerRun.Begun + "RCPT TO:<ann@mail.example>\r\nDATA\r\nSubject: x\r\n\r\ntext\r\n.\r\n";

    private static readonly string s_reply = "250 2.0.0 Ok\r\n";

    [Fact]
    public void Every_step_is_asked_about_in_order()
    {
        var table = new TestTable(HandlerSteps.All);
        using var run = new HandlerRun(table);
        using (SteppedHost host = run.Connect())
        {
            host.Send("");
            string replies = host.Send(
                "EHLO me\r\nNOOP a b\r\nHELP MAIL\r\nVRFY ann\r\nEXPN all\r\nTURN\r\nXFOO a b\r\nRSET\r\n"
                + "MAIL FROM:<a@b.example> SIZE=100\r\nRCPT TO:<@c.example,@d.example:ann@MAIL.example>\r\nDATA\r\n");
            Assert.Contains("354 ", replies, StringComparison.Ordinal);
            Assert.StartsWith("250 2.0.0 Ok: queued as ", host.Send("one\r\n.\r\n"), StringComparison.Ordinal);
            host.Send("QUIT\r\n");
        }
        Assert.Equal(
            ["Connect", "Ehlo me", "Noop a b", "Help MAIL", "Verify ann", "Lookup ann", "Expand all", "Turn",
                "Unknown XFOO|a b", "Reset", "Mail MAIL <a@b.example> SIZE=100",
                "Rcpt <ann@MAIL.example> @c.example,@d.example", "Domain mail.example c.example+d.example",
                "Lookup ann@MAIL.example", "Data", "Chunk 5 first last", "Message 5", "Close"],
            table.Asked);
    }

    [Fact]
    public void Steps_that_no_table_has_are_as_ever()
    {
        var table = new TestTable(HandlerSteps.Turn);
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        Assert.Equal("220 mail.example ESMTP\r\n", host.Send(""));
        Assert.EndsWith("550 5.7.1 Relaying denied\r\n",
            host.Send(HandlerRun.Begun + "RCPT TO:<x@other.example>\r\n"), StringComparison.Ordinal);
        Assert.EndsWith(
            "250 2.1.5 Recipient ok\r\n", host.Send("RCPT TO:<ann@mail.example>\r\n"), StringComparison.Ordinal);
        Assert.Empty(table.Asked);
    }

    [Theory]
    [InlineData(HandlerVerdict.Reject, "550 5.7.1 Refused\r\n")]
    [InlineData(HandlerVerdict.Error, "451 4.3.0 Cannot be told now, try again later\r\n")]
    [InlineData(HandlerVerdict.Accept, "250 2.0.0 Ok\r\n")]
    [InlineData(HandlerVerdict.Done, "250 2.0.0 Ok\r\n")]
    [InlineData(HandlerVerdict.Continue, "250 2.0.0 Ok\r\n")]
    [InlineData(251, "251 2.0.0 Ok\r\n")]
    [InlineData(452, "452 4.3.1 Not now, try again later\r\n")]
    [InlineData(599, "599 5.7.1 Refused\r\n")]
    [InlineData(354, "451 4.3.0 Error in processing, try again later\r\n")]
    [InlineData(HandlerVerdict.Local, "451 4.3.0 Error in processing, try again later\r\n")]
    [InlineData(HandlerVerdict.Pending, "451 4.3.0 Error in processing, try again later\r\n")]
    [InlineData(77, "451 4.3.0 Error in processing, try again later\r\n")]
    [InlineData(-1, "451 4.3.0 Error in processing, try again later\r\n")]
    public void An_answer_is_a_verdict_or_a_code_and_what_does_not_fit_is_451(int verdict, string reply)
    {
        using var run = new HandlerRun(new TestTable(HandlerSteps.Noop) { Answer = (_, _) => verdict });
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal(reply, host.Send("NOOP\r\n"));
        Assert.Equal("250 mail.example\r\n", host.Send(HandlerRun.Hello));
    }

    [Theory]
    [InlineData(HandlerVerdict.Close, 0, "421 4.3.2 Closing connection\r\n")]
    [InlineData(421, 0, "421 4.3.2 Service not available, closing connection\r\n")]
    [InlineData(HandlerVerdict.Close, 550, "550 5.7.1 Refused\r\n")]
    public void A_session_closes_behind_the_reply(int verdict, int code, string reply)
    {
        var table = new TestTable(HandlerSteps.Noop)
        {
            Answer = (_, session) => session.SetReply(code, null, null) == Fault.None ? verdict : -1,
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal((reply, SteppedWant.Close), (host.Send("NOOP\r\n"), host.Wants));
    }

    [Fact]
    public void A_handler_that_throws_costs_one_reply()
    {
        var table = new TestTable(HandlerSteps.Noop)
        {
            Answer = (_, _) => throw new InvalidOperationException("bad host"),
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal("451 4.3.0 Cannot be told now, try again later\r\n", host.Send("NOOP\r\n"));
        Assert.Contains(run.Log, line => line.Contains("bad host", StringComparison.Ordinal));
        Assert.Equal("250 mail.example\r\n", host.Send(HandlerRun.Hello));
    }

    [Fact]
    public void Tables_are_asked_in_order_until_one_decides_and_each_has_its_own_session()
    {
        var first = new TestTable(HandlerSteps.Noop | HandlerSteps.Close)
        {
            Answer = (step, session) => Keep(session, "first", step == HandlerSteps.Noop ? 0 : 0),
        };
        var second = new TestTable(HandlerSteps.Noop | HandlerSteps.Close)
        {
            Answer = (step, session) => Keep(session, "second", step == HandlerSteps.Noop ? 250 : 0),
        };
        var third = new TestTable(HandlerSteps.Noop | HandlerSteps.Close);
        using var run = new HandlerRun(first, second);
        Assert.Equal(Fault.None, run.Server.AddHandlers(third));
        using (SteppedHost host = run.Connect())
        {
            host.Send("");
            Assert.Equal(s_reply, host.Send("NOOP\r\n"));
            host.Send("QUIT\r\n");
        }
        Assert.Equal(["Noop", "Close"], first.Asked);
        Assert.Equal(["Noop", "Close"], second.Asked);
        Assert.Equal(["Close"], third.Asked);

        static int Keep(IHandlerSession session, string mine, int answer)
        {
            Assert.True(session.User is null || (string)session.User == mine);
            session.User = mine;
            return answer;
        }
    }

    [Fact]
    public void A_server_has_eight_tables()
    {
        using var run = new HandlerRun();
        for (int i = 0; i < 8; i++)
            Assert.Equal(Fault.None, run.Server.AddHandlers(new TestTable(HandlerSteps.Noop)));
        Assert.Equal(Fault.Limit, run.Server.AddHandlers(new TestTable(HandlerSteps.Noop)));
    }

    [Fact]
    public void Outside_its_handlers_a_session_gives_nothing_away()
    {
        IHandlerSession? kept = null;
        var table = new TestTable(HandlerSteps.Noop) { Answer = (_, session) => (kept = session) is null ? -1 : 0 };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send("NOOP\r\n");
        IHandlerSession session = kept!;
        Assert.Null(session.Info);
        Assert.Null(session.Sender);
        Assert.Equal(
            [Fault.State, Fault.State, Fault.State, Fault.State, Fault.State, Fault.State],
            [session.SetReply(250, null, "x"), session.AddHeader("X-A", "b"), session.AddRecipient("a@b"),
                session.SetSender(""), session.Defer(TimeSpan.Zero, 0, out _), session.GetPath(out _)]);
    }

    [Theory]
    [InlineData(HandlerVerdict.Accept, "x@other.example", "250 2.1.5 Recipient ok\r\n", "x@other.example/")]
    [InlineData(HandlerVerdict.Accept, "nobody@mail.example", "250 2.1.5 Recipient ok\r\n", "nobody@mail.example/")]
    [InlineData(HandlerVerdict.Done, "x@other.example", "250 2.1.5 Recipient ok\r\n", "")]
    [InlineData(HandlerVerdict.Continue, "x@other.example", "550 5.7.1 Relaying denied\r\n", "")]
    [InlineData(HandlerVerdict.Continue, "nobody@mail.example", "550 5.1.1 No such user here\r\n", "")]
    [InlineData(HandlerVerdict.Reject, "ann@mail.example", "550 5.7.1 Refused\r\n", "")]
    public void The_host_decides_on_a_recipient(int verdict, string recipient, string reply, string taken)
    {
        string recipients = "";
        var table = new TestTable(HandlerSteps.Rcpt | HandlerSteps.Data)
        {
            Answer = (step, session) =>
            {
                if (step == HandlerSteps.Rcpt)
                    return verdict;
                for (int i = 0; i < session.RecipientCount; i++)
                    recipients += session.RecipientAt(i)!.Address.Text + "/";
                return HandlerVerdict.Reject;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.EndsWith(reply, host.Send(HandlerRun.Begun + $"RCPT TO:<{recipient}>\r\n"), StringComparison.Ordinal);
        host.Send("DATA\r\n");
        Assert.Equal(taken, recipients);
    }

    [Theory]
    [InlineData(HandlerVerdict.Local, HandlerVerdict.Accept, "250 2.1.5 Recipient ok\r\n")]
    [InlineData(HandlerVerdict.Local, HandlerVerdict.Ambiguous, "553 5.1.4 User ambiguous\r\n")]
    [InlineData(HandlerVerdict.Local, HandlerVerdict.Reject, "550 5.1.1 No such user here\r\n")]
    [InlineData(HandlerVerdict.Local, HandlerVerdict.Error, "451 4.3.0 Cannot be told now, try again later\r\n")]
    [InlineData(HandlerVerdict.Local, HandlerVerdict.Continue, "550 5.1.1 No such user here\r\n")]
    [InlineData(HandlerVerdict.Forward, HandlerVerdict.Reject, "250 2.1.5 Recipient ok\r\n")]
    [InlineData(HandlerVerdict.Reject, HandlerVerdict.Accept, "550 5.7.1 Relaying denied\r\n")]
    [InlineData(HandlerVerdict.Continue, HandlerVerdict.Accept, "550 5.7.1 Relaying denied\r\n")]
    [InlineData(HandlerVerdict.Accept, HandlerVerdict.Accept, "451 4.3.0 Error in processing, try again later\r\n")]
    public void The_host_decides_on_domains_and_names(int domain, int lookup, string reply)
    {
        var table = new TestTable(HandlerSteps.Domain | HandlerSteps.Lookup)
        {
            Answer = (step, _) => step == HandlerSteps.Domain ? domain : lookup,
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.EndsWith(reply, host.Send(HandlerRun.Begun + "RCPT TO:<x@Other.example>\r\n"), StringComparison.Ordinal);
        Assert.Equal("Domain other.example", table.Asked[0]);
    }

    [Fact]
    public void A_name_may_stand_for_another_address()
    {
        var table = new TestTable(HandlerSteps.Lookup)
        {
            Answer = (_, session) =>
            {
                Assert.Equal(Fault.Argument, session.SetExpansion("no address\r\n"));
                return session.SetExpansion("ann@mail.example") == Fault.None ? HandlerVerdict.Accept : -1;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.Equal("250 2.1.5 <ann@mail.example>\r\n", host.Send("VRFY boss\r\n"));
        Assert.Contains("queued as", host.Send(Message.Replace("<ann@", "<boss@", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Contains("text", Assert.Single(run.Delivered(1)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HandlerVerdict.Continue, "502 5.5.1 SEND, SOML and SAML are not offered\r\n")]
    [InlineData(HandlerVerdict.Accept, "250 2.1.0 Sender ok\r\n")]
    public void Send_is_seen_as_such_and_taken_if_the_host_takes_it(int verdict, string reply)
    {
        var table = new TestTable(HandlerSteps.Mail) { Answer = (_, _) => verdict };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.EndsWith(reply, host.Send(HandlerRun.Hello + "SAML FROM:<a@b.example>\r\n"), StringComparison.Ordinal);
        Assert.Equal(["Mail SAML <a@b.example>"], table.Asked);
    }

    [Fact]
    public void A_host_vouches_for_logins_and_gives_passwords_that_prove_themselves()
    {
        var table = new TestTable(HandlerSteps.Auth)
        {
            Answer = (_, session) => session.SetLogin("boss") == Fault.None ? HandlerVerdict.Accept : -1,
        };
        using var run = new HandlerRun(["plain_auth=always"], ServerOptions.NoPort, SmtpProtocol.Smtp, table);
        using SteppedHost host = run.Connect();
        host.Send("");
        Assert.EndsWith("235 2.7.0 Authentication successful\r\n",
            host.Send("EHLO me\r\nAUTH PLAIN AG1lAHB3\r\n"), StringComparison.Ordinal);
        Assert.Equal(["Auth PLAIN me pw"], table.Asked);
    }

    [Fact]
    public void What_a_table_has_found_counts_with_its_own_verdict_alone()
    {
        string user = "", expansion = "";
        var first = new TestTable(HandlerSteps.Auth | HandlerSteps.Lookup)
        {
            Answer = (step, session) => (step == HandlerSteps.Auth
                ? session.SetLogin("boss") : session.SetExpansion("boss@mail.example")) == Fault.None ? 0 : -1,
        };
        var second = new TestTable(HandlerSteps.Auth | HandlerSteps.Lookup | HandlerSteps.Data)
        {
            Answer = (step, session) =>
            {
                if (step == HandlerSteps.Data)
                    (user, expansion) = (session.Info!.User, session.RecipientAt(0)!.Address.Text);
                return HandlerVerdict.Accept;
            },
        };
        using var run = new HandlerRun(["plain_auth=always"], ServerOptions.NoPort, SmtpProtocol.Smtp, first, second);
        using SteppedHost host = run.Connect();
        host.Send("");
        host.Send("EHLO me\r\nAUTH PLAIN AG1lAHB3\r\n"
            + "MAIL FROM:<a@b.example>\r\nRCPT TO:<ann@mail.example>\r\nDATA\r\n");
        Assert.Equal(("me", "ann@mail.example"), (user, expansion));
    }

    [Fact]
    public void The_sender_and_the_recipients_may_be_changed_until_the_content_begins()
    {
        var faults = new List<Fault>();
        var table = new TestTable(HandlerSteps.Data | HandlerSteps.Message)
        {
            Answer = (step, session) =>
            {
                if (step == HandlerSteps.Data)
                {
                    Assert.Equal("a@b.example", session.Sender);
                    faults.AddRange([session.SetSender("c@d.example"), session.AddRecipient("nobody@mail.example"),
                        session.AddRecipient("ann@mail.example"), session.RemoveRecipient(9),
                        session.RemoveRecipient(0),
                        session.SetSender("x\r\ny"), session.AddHeader("X-Mark", "yes and no"),
                        session.AddHeader("X:Mark", "yes"), session.AddHeader("X-Mark", "a\r\nB: c")]);
                    return 0;
                }
                faults.Add(session.SetSender(""));
                Assert.Equal(Fault.None, session.AddHeader("X-Late", new string('y', 60) + " " + new string('z', 60)));
                return 0;
            },
        };
        using var run = new HandlerRun(table);
        using SteppedHost host = run.Connect("192.0.2.1");
        host.Send("");
        Assert.Contains("queued as", host.Send(Message.Replace("<ann@mail", "<x@other", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Equal(
            [Fault.None, Fault.NotFound, Fault.None, Fault.NotFound, Fault.None, Fault.Argument, Fault.None,
                Fault.Argument, Fault.Argument, Fault.State],
            faults);
        string mail = Assert.Single(run.Delivered(1));
        Assert.StartsWith("Return-Path: <c@d.example>\n", mail, StringComparison.Ordinal);
        Assert.Matches("(?s)Received: .*\nX-Mark: yes and no\nX-Late: y+\n z+\nSubject: x\n\ntext\n", mail);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public void Over_a_socket_handlers_run_on_their_pool_or_inline(string isInline)
    {
        var places = new ConcurrentBag<bool>();
        var table = new TestTable(HandlerSteps.All)
        {
            Answer = (_, _) =>
            {
                places.Add(HandlerPool.IsCurrent);
                return 0;
            },
        };
        using var run = new HandlerRun(
            [$"callback_inline={isInline}"], ServerOptions.AnyPort, SmtpProtocol.Smtp, table);
        using (var client = new TcpClient("127.0.0.1", run.Server.Port))
        using (var reader = new StreamReader(client.GetStream(), Encoding.ASCII))
        {
            string octets = Message.Replace(HandlerRun.Hello, "EHLO me\r\n", StringComparison.Ordinal) + "QUIT\r\n";
            client.GetStream().Write(Encoding.ASCII.GetBytes(octets));
            string replies = reader.ReadToEnd();
            Assert.True(replies.Contains("250 2.0.0 Ok: queued as ", StringComparison.Ordinal), replies);
        }
        Assert.True(table.IsClosed.Wait(Loop.Long));
        Assert.Equal(
            ["Connect", "Ehlo me", "Mail MAIL <a@b.example>", "Rcpt <ann@mail.example>", "Domain mail.example",
                "Lookup ann@mail.example", "Data", "Chunk 20 first last", "Message 20", "Close"],
            table.Asked);
        Assert.DoesNotContain(places, isOnPool => isOnPool == (isInline == "1"));
    }
}
