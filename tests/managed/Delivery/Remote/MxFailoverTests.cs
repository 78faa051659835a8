using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Remote;

/// <summary>What becomes of a message when a host lets it down and the domain has another.</summary>
public class MxFailoverTests
{
    private static readonly string[] s_plain = Plain("250 ok");

    public static TheoryData<string, string[]> Downs => new()
    {
        { "4xx to MAIL", [.. s_plain[..4], "451 trouble", Line, "221 bye"] },
        { "4xx to DATA", [.. s_plain[..8], "451 trouble", Line, "221 bye"] },
        { "4xx to the text", [.. s_plain[..10], "451 trouble", Line, "221 bye"] },
        { "421 to RCPT", [.. s_plain[..6], "421 going down"] },
        { "lost at MAIL", [.. s_plain[..4], Reset] },
        { "lost at RCPT", [.. s_plain[..6], Reset] },
        { "lost at DATA", [.. s_plain[..8], Reset] },
        { "garbled", [.. s_plain[..6], "what?"] },
    };

    [Theory]
    [MemberData(nameof(Downs))]
    public void Another_host_stands_in(string what, string[] script)
    {
        using var first = new ScriptedSmtpServer(null, script);
        using var second = new ScriptedSmtpServer(null, s_plain);
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction("the whole text\n", "a@b.example");
        var owner = new AttemptOwner(transaction, AttemptOwner.Transaction("for the first host\n", "b@b.example"));
        hosts.Run(owner, LoopbackHosts.Host("first", first), LoopbackHosts.Host("second", second));
        Assert.True(transaction.IsDelivered(0), what);
        Assert.Equal(["the whole text\r\n.\r\n"], second.Texts);
        Assert.Equal(["second"], owner.Hosts.Select(host => host!.Name));
        Assert.Equal(["connecting", "connected", "next", "connecting", "connected", "completed", "ended"], owner.All);
        Assert.True(owner.WasReady);
    }

    [Fact]
    public void A_text_that_was_half_sent_is_sent_again_from_its_beginning()
    {
        string text = string.Concat(Enumerable.Repeat("a line of the text\n", 200_000));
        using var first = new ScriptedSmtpServer(null, [.. s_plain[..9], Reset]);
        using var second = new ScriptedSmtpServer(null, s_plain);
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction(text, "a@b.example");
        hosts.Run(new AttemptOwner(transaction), LoopbackHosts.Host("first", first),
            LoopbackHosts.Host("second", second));
        Assert.True(transaction.IsDelivered(0));
        Assert.Equal(text.Length + 200_000 + 3, second.TextLength);
    }

    public static TheoryData<string, string[]> Words => new()
    {
        { "450", [.. s_plain[..6], "450 4.2.0 greylisted", Line, "221 bye"] },
        { "550", [.. s_plain[..6], "550 5.1.1 nobody", Line, "221 bye"] },
        { "554", [.. s_plain[..10], "554 5.7.1 spam", Line, "221 bye"] },
        { "unknown", [.. s_plain[..10], Reset] },
    };

    [Theory]
    [MemberData(nameof(Words))]
    public void What_another_host_would_not_do_better_is_not_brought_to_it(string what, string[] script)
    {
        using var first = new ScriptedSmtpServer(null, script);
        using var second = new ScriptedSmtpServer(null, s_plain);
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction("x\n", "a@b.example");
        hosts.Run(new AttemptOwner(transaction), LoopbackHosts.Host("first", first),
            LoopbackHosts.Host("second", second));
        AttemptResult result = transaction.Results[0]!;
        Assert.Equal(0, second.Connections);
        Assert.Equal(what, result.IsUnknown ? "unknown" : $"{result.Reply!.Code}");
    }

    [Fact]
    public void Where_nobody_stands_in_the_first_host_s_words_count()
    {
        using var first = new ScriptedSmtpServer(null, [.. s_plain[..8], "451 4.3.0 trouble", Line, "221 bye"]);
        using var second = new ScriptedSmtpServer(null, ["554 no"]);
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction("x\n", "a@b.example");
        var owner = new AttemptOwner(transaction);
        AttemptResult end = hosts.Run(
            owner, LoopbackHosts.Host("first", first), LoopbackHosts.Nobody("between"),
            LoopbackHosts.Host("second", second));
        Assert.Equal((451, Fault.RefusedTemporary),
            (transaction.Results[0]!.Reply!.Code, transaction.Results[0]!.Fault));
        Assert.Equal(["first"], owner.Hosts.Select(host => host!.Name));
        Assert.Equal((AttemptResultKind.Deferred, true), (end.Kind, owner.WasReady));
    }

    [Fact]
    public void Trouble_of_a_host_is_trouble_at_all_its_addresses_but_a_lost_connection_is_not()
    {
        using var server = new ScriptedSmtpServer(
            null, [.. s_plain[..4], Reset], [.. s_plain[..4], "451 trouble", Line, "221 bye"], s_plain);
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction("x\n", "a@b.example");
        hosts.Run(new AttemptOwner(transaction),
            LoopbackHosts.Host("mx", server, "127.0.0.1", "127.0.0.1", "127.0.0.1"));
        Assert.Equal(2, server.Connections);
        Assert.Equal(451, transaction.Results[0]!.Reply!.Code);
    }

    [Fact]
    public void Only_what_was_let_down_is_tried_again()
    {
        using var first = new ScriptedSmtpServer(
            null, [.. Plain("250 ok", "550 5.1.1 nobody")[..^5], "354 go", Text, "452 4.3.1 full", Line, "221 bye"]);
        using var second = new ScriptedSmtpServer(null, s_plain);
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction("x\n", "a@b.example", "b@b.example");
        hosts.Run(new AttemptOwner(transaction), LoopbackHosts.Host("first", first),
            LoopbackHosts.Host("second", second));
        Assert.Equal([AttemptResultKind.Delivered, AttemptResultKind.Failed],
            transaction.Results.Select(result => result!.Kind));
        Assert.Equal(["second", "first"], transaction.Results.Select(result => result!.Host));
        Assert.Equal(550, transaction.Results[1]!.Reply!.Code);
        Assert.Equal(["RCPT TO:<a@b.example>"],
            second.Lines.Where(line => line.StartsWith("RCPT", StringComparison.Ordinal)));
    }

    [Fact]
    public void There_is_an_end_to_it()
    {
        string[] down = [.. s_plain[..8], "451 trouble", Line, "221 bye"];
        using var server = new ScriptedSmtpServer(null, down);
        using var hosts = new LoopbackHosts();
        SmtpClientTransaction transaction = AttemptOwner.Transaction("x\n", "a@b.example");
        hosts.Run(new AttemptOwner(transaction),
            [.. Enumerable.Range(0, 8).Select(i => LoopbackHosts.Host($"mx{i}", server))]);
        Assert.Equal(3, server.Connections);
        Assert.Equal(451, transaction.Results[0]!.Reply!.Code);
    }
}
