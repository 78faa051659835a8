using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;
using static MailModule.Tests.Smtp.Client.ClientDialogue;

namespace MailModule.Tests.Smtp.Client;

/// <summary>A small message goes in one write with its commands, by BDAT (RFC 3030).</summary>
public class SmtpClientChunkingTests
{
    private const string Chunking = "250-server.example\n250-PIPELINING\n250 CHUNKING\n";
    private const string Envelope = "MAIL FROM:<ann@a.example>\nRCPT TO:<bob@b.example>\nRCPT TO:<eve@b.example>\n";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_small_message_goes_in_one_write_with_its_dots_as_they_are(int cut)
    {
        var message = Message(new TextOf("Subject: x\r\n\r\n.dot\r\nend\r\n"), "bob@b.example", "eve@b.example");
        ClientDialogue server = Begin(ChunkingUse.EveryMessage, cut, message);
        Assert.Equal(Envelope + "BDAT 25 LAST\nSubject: x\n\n.dot\nend\n", server.Say(Chunking));
        Assert.Equal("QUIT\n", server.Say("250 ok\n250 ok\n550 no\n250 2.0.0 taken\n"));
        Assert.True(message.IsDelivered(0));
        Assert.Equal((Fault.RefusedPermanent, SmtpStage.Rcpt), (message.Results[1]!.Fault, message.Results[1]!.Stage));
        Assert.Equal([0, 25], server.Progress);
    }

    [Theory]
    [InlineData("a\nb", "BDAT 6 LAST\na\nb\n")]
    [InlineData("", "BDAT 0 LAST\n")]
    [InlineData("a\r\rb\r", "BDAT 8 LAST\na\n\nb\n")]
    [InlineData("a\0b\n", "BDAT 4 LAST\nab\n")]
    public void The_length_that_is_said_is_that_of_what_goes_out(string text, string said)
    {
        ClientDialogue server = Begin(
            ChunkingUse.EveryMessage, 0, Message(new Sized(text, 64), "bob@b.example", "eve@b.example"));
        Assert.Equal(Envelope + said, server.Say(Chunking));
    }

    [Theory]
    [InlineData("250-server.example\n250 CHUNKING\n")]
    [InlineData("250-server.example\n250 PIPELINING\n")]
    public void Without_both_extensions_it_is_data(string extensions)
    {
        ClientDialogue server = Begin(ChunkingUse.EveryMessage, 0, Message("x\n", "bob@b.example"));
        string said = server.Say(extensions);
        while (!said.EndsWith("DATA\n", StringComparison.Ordinal))
            said = server.Say("250 ok\n");
    }

    [Fact]
    public void What_is_not_small_or_not_at_hand_goes_by_data()
    {
        ClientDialogue server = Begin(
            ChunkingUse.EveryMessage, 0, Message(new LongText(32 * 1024 + 1, false), "a@b.example"));
        Assert.EndsWith("DATA\n", server.Say(Chunking), StringComparison.Ordinal);
        server = Begin(ChunkingUse.EveryMessage, 0, Message(new LongText(100, true), "a@b.example"));
        Assert.EndsWith("DATA\n", server.Say(Chunking), StringComparison.Ordinal);
    }

    [Fact]
    public void Deliveries_use_it_under_tls_for_the_first_of_a_connection()
    {
        ClientDialogue server = Begin(ChunkingUse.FirstMessage, 0, Message("x\n", "bob@b.example"));
        Assert.EndsWith("DATA\n", server.Say(Chunking), StringComparison.Ordinal);
        server = new ClientDialogue(StartTlsUse.IfOffered, chunking: ChunkingUse.FirstMessage,
            work: [Message("x\r\n", "bob@b.example"), Message("y\r\n", "bob@b.example")]);
        server.Say("220 hello\n");
        server.Say("250-server\n250 STARTTLS\n");
        server.Say("220 go\n");
        Assert.EndsWith("BDAT 3 LAST\nx\n", server.Say(Chunking), StringComparison.Ordinal);
        Assert.EndsWith("DATA\n", server.Say("250 ok\n250 ok\n250 taken\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_has_failed_before_goes_by_data()
    {
        SmtpClientTransaction first = Message("x\n", "bob@b.example");
        var again = new SmtpClientTransaction(first.ReversePath, first.Recipients, first.Source) { MayChunk = false };
        ClientDialogue server = Begin(ChunkingUse.EveryMessage, 0, again);
        Assert.EndsWith("DATA\n", server.Say(Chunking), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("250 ok\n550 no\n450 no\n503 nobody\n")]
    [InlineData("250 ok\n550 no\n450 no\n554 nobody\n")]
    [InlineData("450 no\n503 first\n503 first\n503 first\n")]
    [InlineData("250 ok\n250 ok\n250 ok\n552 too much\n")]
    public void After_a_refusal_the_next_begins_anew_in_the_same_write(string replies)
    {
        SmtpClientTransaction message = Message("x\r\n", "bob@b.example", "eve@b.example");
        ClientDialogue server = Begin(ChunkingUse.EveryMessage, 0, message, Message("y\r\n", "ann@b.example"));
        server.Say(Chunking);
        Assert.Equal("RSET\nMAIL FROM:<ann@a.example>\nRCPT TO:<ann@b.example>\nBDAT 3 LAST\ny\n", server.Say(replies));
        Assert.All(message.Results, result => Assert.False(result!.IsUnknown || result.Fault == Fault.None));
        Assert.Equal("QUIT\n", server.Say("250 reset\n250 ok\n250 ok\n250 taken\n"));
        Assert.Equal(2, server.CompletedCount);
    }

    [Theory]
    [InlineData("250 ok\n250 ok\n250 ok\n500 what\n")]
    [InlineData("250 ok\n250 ok\n250 ok\n502 what\n")]
    [InlineData("250 ok\n250 ok\n550 no\n503 what\n")]
    [InlineData("250 ok\n550 no\n550 no\n500 what\n")]
    public void A_server_that_offers_it_and_does_not_know_it_is_left_at_once_and_refuses_nothing(string replies)
    {
        SmtpClientTransaction message = Message("x\r\n", "bob@b.example", "eve@b.example");
        ClientDialogue server = Begin(ChunkingUse.EveryMessage, 0, message, Message("y\r\n", "ann@b.example"));
        server.Say(Chunking);
        Assert.Equal("", server.Say(replies));
        Assert.Equal(Next.Close, server.Last);
        server.Lose();
        Assert.Equal(Fault.Protocol, server.Fault);
        if (replies.Contains("550", StringComparison.Ordinal))
            return;
        Assert.All(message.Results, result => Assert.Equal(
            (AttemptResultKind.Deferred, Fault.Protocol, false), (result!.Kind, result.Fault, result.IsUnknown)));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("250 ok\n", true)]
    [InlineData("250 ok\n250 ok\n250 ok\n", true)]
    [InlineData("421 down\n", false)]
    [InlineData("250 ok\n421 down\n", false)]
    [InlineData("garbage\n", true)]
    [InlineData("354 what\n", true)]
    public void A_loss_before_the_last_reply_is_unknown_for_all_who_are_not_refused(string replies, bool isUnknown)
    {
        SmtpClientTransaction message = Message("x\r\n", "bob@b.example", "eve@b.example");
        ClientDialogue server = Begin(ChunkingUse.EveryMessage, 0, message);
        server.Say(Chunking);
        server.Say(replies);
        server.Lose();
        Assert.Equal(1, server.CompletedCount);
        Assert.All(message.Results, result => Assert.Equal(isUnknown, result!.IsUnknown));
    }

    [Fact]
    public void A_later_one_is_given_back_where_the_server_says_that_it_goes_and_unknown_where_it_goes_in_silence()
    {
        foreach (string words in (string[])["421 down\n", ""])
        {
            SmtpClientTransaction second = Message("y\r\n", "eve@b.example");
            ClientDialogue server = Begin(ChunkingUse.EveryMessage, 0, Message("x\r\n", "bob@b.example"), second);
            server.Say(Chunking);
            server.Say("250 ok\n250 ok\n250 taken\n");
            server.Say(words);
            server.Lose();
            Assert.Equal(words.Length > 0 ? 1 : 0, server.Returned.Count);
            Assert.Equal(words.Length == 0, second.Results[0]?.IsUnknown ?? false);
        }
    }

    [Fact]
    public void A_content_that_cannot_be_read_costs_its_message_and_not_the_connection()
    {
        SmtpClientTransaction message = Message(new Sized(null, 100), "bob@b.example", "eve@b.example");
        ClientDialogue server = Begin(ChunkingUse.EveryMessage, 0, message, Message("y\r\n", "ann@b.example"));
        Assert.Equal(Envelope, server.Say(Chunking));
        Assert.StartsWith("RSET\nMAIL", server.Say("250 ok\n250 ok\n250 ok\n"), StringComparison.Ordinal);
        Assert.All(message.Results, result => Assert.Equal(Fault.Io, result!.Fault));
    }

    [Fact]
    public void A_content_that_is_longer_than_it_says_is_not_sent_in_part()
    {
        ClientDialogue server = Begin(ChunkingUse.EveryMessage, 0,
            Message(new Sized(new string('x', 30_000), 10), "bob@b.example", "eve@b.example"));
        Assert.Equal(Envelope, server.Say(Chunking));
    }

    [Fact]
    public void A_long_list_has_its_chunk_behind_the_last_group()
    {
        SmtpClientTransaction message = Message(
            new TextOf("x\r\n"), [.. Enumerable.Range(0, 150).Select(i => $"u{i}@b.example")]);
        ClientDialogue server = Begin(ChunkingUse.EveryMessage, 0, message);
        Assert.DoesNotContain("BDAT", server.Say(Chunking), StringComparison.Ordinal);
        Assert.EndsWith("RCPT TO:<u149@b.example>\nBDAT 3 LAST\nx\n",
            server.Say(string.Concat(Enumerable.Repeat("250 ok\n", 101))), StringComparison.Ordinal);
        server.Say(string.Concat(Enumerable.Repeat("250 ok\n", 50)) + "250 taken\n");
        Assert.All(message.Results, result => Assert.Equal(AttemptResultKind.Delivered, result!.Kind));
    }

    private static ClientDialogue Begin(ChunkingUse chunking, int cut, params SmtpClientTransaction[] work)
    {
        var server = new ClientDialogue(cut: cut, early: true, chunking: chunking, work: work);
        server.Say("220 hello\n");
        return server;
    }

    /// <summary>A text, or one that cannot be read, that says itself how long it is.</summary>
    private sealed class Sized(string? text, long length) : IMessageSource
    {
        private readonly TextOf _text = new(text ?? "");

        public long WireLength => length;
        public bool IsEightBit => false;
        public bool IsAtHand => true;

        public bool TryRead(Span<byte> buffer, Action ready, out int count)
        {
            _text.TryRead(buffer, ready, out count);
            count = text is null ? -1 : count;
            return true;
        }
    }
}
