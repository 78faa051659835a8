using System.Text;
using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;
using MailModule.Tests.Delivery.Outgoing;
using MailModule.Tests.Support;
using MailModule.Transport;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Remote;

/// <summary>
/// What a host does not offer is not sent to it: from the spool, over loopback, to hosts of all kinds.
/// </summary>
public class UnofferedContentTests
{
    private const string Subject = "From: a@a.example\nSubject: x\n";
    private const string Eight = Subject + "\nThe café is open, as it was yesterday.\n";
    private const string EightAsSeven = Subject + "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
        + "Content-Transfer-Encoding: quoted-printable\n\nThe caf=C3=A9 is open, as it was yesterday.\n";
    private const string Utf8Header = "From: Jörg <a@a.example>\n\nbody\n";
    private const string Utf8Address = "From: jörg@a.example\n\nbody\n";
    private const string Signed = "Content-Type: multipart/signed; boundary=b\n\n--b\n\nü\n--b\n\ns\n--b--\n";
    private const string Nested = "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
        + "Content-Type: message/rfc822\n\nSubject: ü\n\nx\n--b--\n";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Eight_bit_text_is_converted_for_a_host_without_8BITMIME(bool asStream)
    {
        (string[] lines, string text, _) = Send(Eight, "SIZE 1000", asStream);
        Assert.Equal(Wire(EightAsSeven), text);
        Assert.Contains($"MAIL FROM:<ann@a.example> SIZE={Wire(EightAsSeven).Length}", lines);
    }

    [Theory]
    [InlineData(Eight, "8BITMIME", "BODY=8BITMIME")]
    [InlineData(Utf8Header, "8BITMIME\r\n250 SMTPUTF8", "BODY=8BITMIME SMTPUTF8")]
    [InlineData(Utf8Address, "8BITMIME\r\n250 SMTPUTF8", "BODY=8BITMIME SMTPUTF8")]
    [InlineData(Nested, "8BITMIME\r\n250 SMTPUTF8", "BODY=8BITMIME")]
    [InlineData("Subject: x\n\nplain\n", "HELP", "")]
    public void What_a_host_takes_goes_as_it_is(string message, string offer, string parameters)
    {
        foreach (bool asStream in (bool[])[false, true])
        {
            (string[] lines, string text, _) = Send(message, offer, asStream);
            Assert.Equal(Wire(message), text);
            Assert.Contains($"MAIL FROM:<ann@a.example> {parameters}".TrimEnd(), lines);
        }
    }

    [Theory]
    [InlineData("HELP")]
    [InlineData("8BITMIME")]
    public void A_header_in_utf8_becomes_encoded_words_for_a_host_without_SMTPUTF8(string offer)
    {
        foreach (string message in (string[])[Utf8Header, Nested])
        {
            (string[] lines, string text, _) = Send(message, offer);
            Assert.True(Ascii.IsValid(text));
            Assert.Contains("=?utf-8?", text);
            Assert.Contains("MAIL FROM:<ann@a.example>", lines);
        }
    }

    [Theory]
    [InlineData("HELP")]
    [InlineData("8BITMIME\r\n250 SMTPUTF8")]
    public void Lines_over_998_octets_are_never_sent(string offer)
    {
        string message = $"Subject: {new string('s', 2000)}\n\n{new string('x', 999)}\n{new string('y', 998)}\n";
        foreach (EightBitUse use in Enum.GetValues<EightBitUse>())
        {
            (_, string text, _) = Send(message, offer, use: use);
            Assert.All(text.Split("\r\n"), line => Assert.InRange(line.Length, 0, 998));
            Assert.Contains("quoted-printable", text);
        }
    }

    [Theory]
    [InlineData(Utf8Address, "Convert", "5.6.9")]
    [InlineData(Signed, "Convert", "5.6.2")]
    [InlineData("Content-Transfer-Encoding: x-own\n\nü\n", "Convert", "5.6.5")]
    [InlineData(Eight, "Return", "5.6.3")]
    [InlineData(Utf8Header, "Return", "5.6.3")]
    public void What_has_no_other_form_fails_before_MAIL(string message, string use, string status)
    {
        foreach (bool asStream in (bool[])[false, true])
        {
            (string[] lines, _, AttemptResult result) = Send(message, "HELP", asStream, Enum.Parse<EightBitUse>(use));
            Assert.DoesNotContain(lines, line => line.StartsWith("MAIL", StringComparison.Ordinal));
            Assert.Equal((AttemptResultKind.Failed, status), (result.Kind, result.Status));
        }
    }

    [Fact]
    public void A_header_in_utf8_is_returned_by_its_own_code()
    {
        (_, _, AttemptResult result) = Send(Utf8Header, "8BITMIME", use: EightBitUse.Return);
        Assert.Equal((AttemptResultKind.Failed, "5.6.9"), (result.Kind, result.Status));
    }

    [Fact]
    public void A_setting_sends_eight_bits_all_the_same()
    {
        foreach (string message in (string[])[Eight, Utf8Header, Utf8Address, Signed])
            Assert.Equal(Wire(message), Send(message, "HELP", use: EightBitUse.Raw).Text);
    }

    [Fact]
    public void A_message_behind_another_waits_for_its_form_and_goes_on_the_same_connection()
    {
        using var hosts = new LoopbackHosts();
        string[] dialogue = ["220 hello", Line, "250-server\r\n250 PIPELINING", Line, Line, Line,
            "250 ok\r\n250 ok\r\n354 go", Text, "250 taken", Line, Line, Line, "250 ok\r\n250 ok\r\n354 go", Text,
            "250 taken", Line, "221 bye"];
        using var server = new ScriptedSmtpServer(null, dialogue);
        using var workers = new Workers(4);
        SmtpClientTransaction[] both = [Of(Subject + "\nplain\n", workers), Of(Eight, workers, asStream: true)];
        var owner = new AttemptOwner(both);
        hosts.Run(owner, LoopbackHosts.Host("b.example", server));
        Assert.All(both, one => Assert.True(one.IsDelivered(0)));
        Assert.Equal(Wire(EightAsSeven), server.Texts[1][..^3]);
        Assert.True(workers.Stop(Outbox.Long));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10_000)]
    public void A_message_of_the_host_program_is_converted_likewise(int lines)
    {
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = new Outbox();
        string more = string.Concat(Enumerable.Repeat("A line of a text that goes to a file.\n", lines));
        var submission = outbox.Prepare(Eight + more, server.Port);
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.None, submission.Outcome);
        Assert.Equal(Wire(EightAsSeven + more), server.Texts[0][..^3]);
    }

    [Fact]
    public void A_message_that_cannot_be_read_is_tried_again()
    {
        using var hosts = new LoopbackHosts();
        using var server = new ScriptedSmtpServer(null, ["220 hello", Line, "250 server", Line, "221 bye"]);
        using var workers = new Workers(4);
        SmtpClientTransaction transaction = Of(new Gone(), workers);
        hosts.Run(new AttemptOwner(transaction), LoopbackHosts.Host("b.example", server));
        Assert.Equal(
            (AttemptResultKind.Deferred, Fault.Io), (transaction.Results[0]!.Kind, transaction.Results[0]!.Fault));
        Assert.True(workers.Stop(Outbox.Long));
    }

    private static (string[] Lines, string Text, AttemptResult Result) Send(
        string message, string offer, bool asStream = false, EightBitUse use = EightBitUse.Convert)
    {
        using var hosts = new LoopbackHosts();
        string[] rest = [.. Plain("250 ok").Skip(3)];
        using var server = new ScriptedSmtpServer(
            null, ["220 hello", Line, $"250-server\r\n250-{offer.Replace("\r\n250 ", "\r\n250-")}\r\n250 X", .. rest]);
        using var workers = new Workers(4);
        SmtpClientTransaction transaction = Of(message, workers, asStream);
        hosts.Run(
            new AttemptOwner(transaction), LoopbackHosts.Options with { EightBit = use },
            LoopbackHosts.Host("b.example", server));
        string text = server.Texts.Length > 0 ? server.Texts[0] : "...";
        Assert.True(workers.Stop(Outbox.Long));
        return (server.Lines, text[..^3], transaction.Results[0]!);
    }

    private static SmtpClientTransaction Of(string message, Workers workers, bool asStream = false)
    {
        string octets = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(message));
        return Of(new TextContent("Return-Path: <ann@a.example>\n" + octets, asStream: asStream), workers);
    }

    private static SmtpClientTransaction Of(MessageContent content, Workers workers)
    {
        var entry = new Entry(content);
        return SmtpClientTransaction.Of(
            entry.Envelope, entry.Envelope.Recipients, new RemoteContent(entry, workers, Log.None));
    }

    private static string Wire(string message) => message.Replace("\n", "\r\n");

    private sealed class Entry : ISpoolEntry
    {
        public Entry(MessageContent content)
        {
            Content = content;
            Envelope.Recipients.Add(new Recipient(Outbox.Address("bob@b.example"), null));
        }

        public string Id => "entry";
        public Envelope Envelope { get; } = new() { ReversePath = Outbox.Address("ann@a.example") };
        public MessageContent Content { get; }
        public ReadOnlyMemory<byte> Note => default;
        public bool IsDone(int recipient) => false;
    }

    private sealed class Gone : MessageContent
    {
        public override long Length => 100;
        public override long WireLength => 100;
        public override ReadOnlyMemory<byte> Memory => default;
        public override string? FilePath => null;
        public override Stream OpenRead() => throw new IOException("gone");
    }
}
