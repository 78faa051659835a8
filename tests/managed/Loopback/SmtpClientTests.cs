using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Smtp.Client;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Loopback;

/// <summary>A client session over real sockets with servers that misbehave at every stage.</summary>
public class SmtpClientTests
{
    private static readonly SmtpStage[] s_stages = [SmtpStage.Greeting, SmtpStage.Hello, SmtpStage.Auth,
        SmtpStage.Mail, SmtpStage.Rcpt, SmtpStage.Data, SmtpStage.EndOfData];
    private static readonly SmtpClientOptions s_options = ClientRun.Options() with
    {
        Login = new Credentials("tim", "tanstaaftanstaaf"),
        AllowsClearPassword = true,
    };

    // What a good server does up to each stage; the last step reads what the stage's answer is for.
    private static readonly string[][] s_good =
        [[], ["220 hi", Line], ["250-server.example\r\n250 AUTH PLAIN", Line], ["235 welcome", Line], ["250 ok", Line],
            ["250 ok", Line], ["354 go", Text]];

    public static TheoryData<int, string, Fault> Ends()
    {
        var all = new TheoryData<int, string, Fault>();
        foreach (SmtpStage stage in s_stages)
        {
            all.Add((int)stage, "close", Fault.Closed);
            all.Add((int)stage, Reset, Fault.Closed);
            all.Add((int)stage, "421 4.3.2 down", Fault.RefusedTemporary);
            all.Add((int)stage, "450-4.7.0 not\r\n450 4.7.0 now", Fault.RefusedTemporary);
            all.Add((int)stage, "hello", Fault.Protocol);
            all.Add((int)stage, "220-one\r\n521 two", Fault.RefusedPermanent);
            all.Add((int)stage, Raw("550 " + new string('x', 5000)), Fault.RefusedPermanent);
            all.Add((int)stage, Raw("450 \0\u00ff\u0080\u0001 not now\r\n"), Fault.RefusedTemporary);
        }
        all.Add((int)SmtpStage.Greeting, Flood, Fault.Protocol);
        return all;
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public void Every_kind_of_end_at_every_stage_is_told_as_what_it_is(int stageNumber, string end, Fault fault)
    {
        var stage = (SmtpStage)stageNumber;
        using var server = new ScriptedSmtpServer(null, [.. UpTo(stage), end == "close" ? Raw("") : end]);
        SmtpClientTransaction message = ClientRun.Message();
        using var run = new ClientRun(server.Port, s_options, work: message);
        run.End();
        if (run.NotConnected is { } trouble)
        {
            // the reset was faster than we
            Assert.Equal((SmtpStage.Greeting, Reset, Fault.Connect), (stage, end, trouble.Fault));
            return;
        }
        AttemptResult? bob = message.Results[0];
        bool isBegun = stage >= SmtpStage.Mail;
        Assert.Equal((isBegun, false), (bob is not null, message.HasAccepted || message.HasDelivered));
        bool isAnswered = isBegun && fault is Fault.RefusedTemporary or Fault.RefusedPermanent
            && !end.StartsWith("421", StringComparison.Ordinal);
        Assert.Equal(fault, isAnswered ? bob!.Fault : run.Fault);
        Assert.Equal(stage, isBegun ? bob!.Stage : run.Stage);
        Assert.Equal(stage == SmtpStage.EndOfData && (fault is Fault.Closed or Fault.Protocol),
            bob is { IsUnknown: true });
    }

    [Fact]
    public void A_refusal_is_heard_though_the_server_resets_the_connection_behind_it()
    {
        foreach (SmtpStage stage in s_stages)
            for (int i = 0; i < 20; i++)
            {
                using var server = new ScriptedSmtpServer(null, [.. UpTo(stage), Raw("521 5.3.2 no mail\r\n"), Reset]);
                SmtpClientTransaction message = ClientRun.Message();
                using var run = new ClientRun(server.Port, s_options, work: message);
                run.End();
                Assert.Equal("521 5.3.2 no mail", (message.Results[0]?.Reply ?? run.Words)?.ToString());
            }
    }

    [Theory]
    [InlineData(Hang)]
    [InlineData(Drip)]
    public void Silence_and_an_answer_in_drops_are_waited_for_no_longer_than_asked(string silence)
    {
        foreach ((SmtpStage stage, ClientRun run)
            in EndedBySilence(silence, _ => s_options with { Timeout = TimeSpan.FromSeconds(2) }))
        {
            Assert.Equal((Fault.Timeout, stage), (run.Fault, run.Stage));
            string owed = stage == SmtpStage.Greeting ? "no greeting" : $"no answer to {FailureText.NameOf(stage)}";
            Assert.Equal($"{owed} in time", run.Session!.FaultText);
            Assert.Equal(stage == SmtpStage.EndOfData, run.Results.Any(result => result.IsUnknown));
        }
    }

    [Fact]
    public void Each_stage_has_its_own_time()
    {
        foreach ((SmtpStage stage, ClientRun run)
            in EndedBySilence(Hang, stage => s_options with { Timeouts = ShortAt(stage) }))
            Assert.Equal((Fault.Timeout, stage), (run.Fault, run.Stage));
    }

    // All stages at once: the sweep over deadlines comes but once a second.
    private static List<(SmtpStage, ClientRun)> EndedBySilence(
        string silence, Func<SmtpStage, SmtpClientOptions> options)
    {
        ScriptedSmtpServer[] servers =
            [.. s_stages.Select(stage => new ScriptedSmtpServer(null, [.. UpTo(stage), silence]))];
        ClientRun[] runs = [.. s_stages.Select(
            (stage, i) => new ClientRun(servers[i].Port, options(stage), work: ClientRun.Message()))];
        for (int i = 0; i < runs.Length; i++)
        {
            runs[i].End().Dispose();
            servers[i].Dispose();
        }
        return [.. s_stages.Zip(runs)];
    }

    [Fact]
    public void Cancelling_at_any_stage_ends_it_at_once()
    {
        foreach (SmtpStage stage in s_stages)
        {
            using var server = new ScriptedSmtpServer(null, [.. UpTo(stage), Hang]);
            SmtpClientTransaction message = ClientRun.Message();
            using var run = new ClientRun(server.Port, s_options, work: message);
            Assert.True(server.HasHung.Wait(Loop.Long));
            run.WaitForSession();
            run.Cancel();
            run.End();
            Assert.Equal((Fault.Cancelled, stage == SmtpStage.EndOfData),
                (run.Fault, message.Results[0] is { IsUnknown: true }));
        }
    }

    [Theory]
    [InlineData("552 5.3.4 too much", Fault.RefusedPermanent)]
    [InlineData("451 4.3.1 no room", Fault.RefusedTemporary)]
    [InlineData("421 4.3.2 down", Fault.RefusedTemporary)]
    public void A_refusal_in_the_middle_of_the_text_is_heard_though_the_server_hangs_up(string words, Fault fault)
    {
        using var server = new ScriptedSmtpServer(null, [.. UpTo(SmtpStage.Data), "354 go", SomeText, words]);
        SmtpClientTransaction message =
            ClientRun.Message(new ClientDialogue.LongText(100_000_000, pending: false), "bob@b.example");
        using var run = new ClientRun(server.Port, s_options, work: message);
        run.End();
        Assert.Equal((fault, words, SmtpStage.Content),
            (message.Results[0]!.Fault, message.Results[0]!.Reply?.ToString(), message.Results[0]!.Stage));
        Assert.False(message.Results[0]!.IsUnknown);
    }

    [Fact]
    public void A_refusal_is_heard_though_the_connection_breaks_while_the_text_is_waited_for()
    {
        for (int i = 0; i < 10; i++)
        {
            using var server = new ScriptedSmtpServer(
                null, [.. UpTo(SmtpStage.Data), "354 go", SomeText, Raw("552 5.3.4 too much\r\n"), Reset]);
            SmtpClientTransaction message = ClientRun.Message(new LateText(100_000_000), "bob@b.example");
            using var run = new ClientRun(server.Port, s_options, work: message);
            run.End();
            Assert.Equal((Fault.RefusedPermanent, "552 5.3.4 too much"),
                (message.Results[0]!.Fault, message.Results[0]!.Text));
        }
    }

    [Theory]
    [InlineData("close")]
    [InlineData(Reset)]
    public void A_loss_in_the_middle_of_the_text_is_known_to_have_delivered_nothing(string end)
    {
        using var server = new ScriptedSmtpServer(
            null, [.. UpTo(SmtpStage.Data), "354 go", SomeText, end == "close" ? Raw("") : end]);
        SmtpClientTransaction message =
            ClientRun.Message(new ClientDialogue.LongText(100_000_000, pending: false), "bob@b.example");
        using var run = new ClientRun(server.Port, s_options, work: message);
        run.End();
        Assert.Equal((Fault.Closed, SmtpStage.Content, false),
            (message.Results[0]!.Fault, message.Results[0]!.Stage, message.Results[0]!.IsUnknown));
    }

    [Fact]
    public void A_server_that_takes_no_text_is_waited_for_no_longer_than_asked()
    {
        using var server = new ScriptedSmtpServer(null, [.. UpTo(SmtpStage.Data), "354 go", Stall]);
        SmtpClientTransaction message =
            ClientRun.Message(new ClientDialogue.LongText(100_000_000, pending: false), "bob@b.example");
        using var run = new ClientRun(
            server.Port, s_options with { Timeouts = ShortAt(SmtpStage.Content) }, work: message);
        run.End();
        Assert.Equal((Fault.Timeout, SmtpStage.Content), (message.Results[0]!.Fault, message.Results[0]!.Stage));
    }

    [Fact]
    public void Many_messages_go_over_one_connection_one_behind_the_other()
    {
        string[] script = ["220 hi", Line, "250-x\r\n250 PIPELINING", Line, "250 ok", Line, "250 ok", Line, "354 go",
            Text];
        string[] more = [.. Enumerable.Range(0, 49)
            .SelectMany(i => (string[])[$"250 taken {i}", Line, "250 ok", Line, "250 ok", Line, "354 go", Text])];
        using var server = new ScriptedSmtpServer(null, [.. script, .. more, "250 taken 49", Line, "221 bye"]);
        SmtpClientTransaction[] work = [.. Enumerable.Range(0, 50).Select(i => ClientRun.Message($"message {i}\n"))];
        using var run = new ClientRun(server.Port, work: work);
        run.End();
        Assert.Equal((Fault.None, 1), (run.Fault, server.Connections));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"taken {i}"),
            work.Select(one => one.Results[0]!.Reply!.Lines[0]));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"message {i}\r\n.\r\n"), server.Texts);
    }

    [Theory]
    [InlineData("250 taken", false)]
    [InlineData("250 taken\r\n421 4.7.0 enough", false)]
    [InlineData(Reset, true)]
    public void A_server_that_ends_after_the_dot_costs_the_next_message_nothing(string end, bool isUnknown)
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hi", Line, "250-x\r\n250 PIPELINING", Line, "250 ok", Line, "250 ok", Line, "354 go", Text,
                end]);
        SmtpClientTransaction first = ClientRun.Message("one\n"), second = ClientRun.Message("two\n");
        using var run = new ClientRun(server.Port, work: [first, second]);
        run.End();
        Assert.Equal([second], run.Returned);
        Assert.Equal((isUnknown, !isUnknown), (first.Results[0]!.IsUnknown, first.IsDelivered(0)));
    }

    [Fact]
    public void The_owner_hears_who_it_spoke_with()
    {
        using var server = new ScriptedSmtpServer(
            null, ["220 hi", Line, "250 mx.example greets you", Line, "550 no", Line, "221 bye"]);
        using var run = new ClientRun(server.Port, work: ClientRun.Message());
        run.End();
        Assert.Equal(("mx.example", null, false, server.Port),
            (run.Session!.ServerName, run.Tls, run.IsVerified, run.Connection!.PeerEndPoint!.Port));
    }

    private static string[] UpTo(SmtpStage stage)
        => [.. s_good.Take(Array.IndexOf(s_stages, stage) + 1).SelectMany(step => step)];

    private static SmtpTimeouts ShortAt(SmtpStage stage)
    {
        var brief = TimeSpan.FromMilliseconds(100);
        return stage switch
        {
            SmtpStage.Greeting => new SmtpTimeouts { Greeting = brief },
            SmtpStage.Hello => new SmtpTimeouts { Hello = brief },
            SmtpStage.Auth => new SmtpTimeouts { Auth = brief },
            SmtpStage.Mail => new SmtpTimeouts { Mail = brief },
            SmtpStage.Rcpt => new SmtpTimeouts { Rcpt = brief },
            SmtpStage.Data => new SmtpTimeouts { Data = brief },
            SmtpStage.Content => new SmtpTimeouts { DataBlock = brief },
            _ => new SmtpTimeouts { EndOfData = brief },
        };
    }

    /// <summary>A long text that another thread has ready, piece by piece.</summary>
    private sealed class LateText(long length) : IMessageSource
    {
        private readonly ClientDialogue.LongText _text = new(length, pending: true);

        public long WireLength => _text.WireLength;
        public bool IsEightBit => false;

        public bool TryRead(Span<byte> buffer, Action ready, out int count)
        {
            bool isThere = _text.TryRead(buffer, ready, out count);
            if (!isThere)
                ThreadPool.UnsafeQueueUserWorkItem(_ => ready(), null);
            return isThere;
        }
    }
}
