using System.Text;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;
using static MailModule.Tests.Smtp.Client.ClientDialogue;

namespace MailModule.Tests.Smtp.Client;

/// <summary>A content that has no form yet that the server takes holds up its own transaction alone.</summary>
public class SmtpClientPreparationTests
{
    private const string Pipelining = "250-server.example\n250 PIPELINING\n";

    [Fact]
    public void Mail_is_said_when_the_content_is_ready()
    {
        var text = new LateText("one\n");
        var server = new ClientDialogue(work: [Message(text, "bob@b.example")]);
        server.Say("220 hi\n");
        Assert.Equal("", server.Say("250-server.example\n250-8BITMIME\n250 PIPELINING\n"));
        Assert.Equal((Next.Wait, new ContentOffer(true, false, EightBitUse.Convert)), (server.Last, text.Offer));
        Assert.StartsWith("MAIL FROM:<ann@a.example>", server.Resume());
        Assert.Equal("one\n.\n", server.Say("250 ok\n250 ok\n354 go\n"));
    }

    [Fact]
    public void One_that_is_not_ready_does_not_begin_behind_the_dot_of_another()
    {
        var late = new LateText("two\n");
        SmtpClientTransaction first = Message("one\n", "bob@b.example"), second = Message(late, "bob@b.example");
        var server = new ClientDialogue(early: true, work: [first, second]);
        server.Say("220 hi\n");
        server.Say(Pipelining);
        Assert.Equal("one\n.\n", server.Say("250 ok\n250 ok\n354 go\n"));
        Assert.Equal((0, Next.Read), (late.Waits, server.Last));
        Assert.Equal("", server.Say("250 taken\n"));
        Assert.Equal((1, Next.Wait, true), (late.Waits, server.Last, first.IsDelivered(0)));
        Assert.StartsWith("MAIL FROM:<ann@a.example>", server.Resume());
        server.Say("250 ok\n250 ok\n354 go\n");
        Assert.Equal("QUIT\n", server.Say("250 taken\n"));
        Assert.True(second.IsDelivered(0));
    }

    [Fact]
    public void A_connection_that_ends_before_it_is_ready_gives_it_back()
    {
        var late = new LateText("two\n");
        SmtpClientTransaction first = Message("one\n", "bob@b.example"), second = Message(late, "bob@b.example");
        var server = new ClientDialogue(early: true, work: [first, second]);
        server.Say("220 hi\n");
        server.Say(Pipelining);
        server.Say("250 ok\n250 ok\n354 go\n");
        server.Lose();
        Assert.Equal((true, false), (first.Results[0]!.IsUnknown, second.IsFinal(0)));
        Assert.Equal([second], server.Returned);
        Assert.Equal(0, late.Waits);
    }

    [Fact]
    public void What_has_no_form_fails_without_a_word_and_the_next_goes_on()
    {
        var signed = new LateText("one\n") { Refusal = ContentRefusal.Signed };
        SmtpClientTransaction first = Message(signed, "bob@b.example"), second = Message("two\n", "bob@b.example");
        var server = new ClientDialogue(work: [first, second]);
        server.Say("220 hi\n");
        server.Say("250 server.example\n");
        Assert.Equal("MAIL FROM:<ann@a.example>\n", server.Resume());
        AttemptResult result = first.Results[0]!;
        Assert.Equal(
            (AttemptResultKind.Failed, Fault.NotSupported, "5.6.2"), (result.Kind, result.Fault, result.Status));
        Assert.Contains("signature", result.Text, StringComparison.Ordinal);
    }

    /// <summary>Ready at the second asking.</summary>
    private sealed class LateText(string text) : IMessageSource
    {
        private readonly MemoryStream _octets = new(Encoding.UTF8.GetBytes(text));

        public int Waits { get; private set; }
        public ContentOffer Offer { get; private set; }
        public ContentRefusal? Refusal { get; init; }
        public long WireLength => _octets.Length;
        public bool IsEightBit => false;

        public bool TryPrepare(ContentOffer offer, Action? ready, out ContentRefusal? refusal)
        {
            bool isReady = Waits > 0;
            Offer = offer;
            if (ready is not null)
                Waits++;
            refusal = isReady ? Refusal : null;
            return isReady;
        }

        public bool TryRead(Span<byte> buffer, Action ready, out int count)
        {
            count = _octets.Read(buffer);
            return true;
        }
    }
}
