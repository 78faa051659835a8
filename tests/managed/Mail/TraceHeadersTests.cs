using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using MailModule.Mail;

namespace MailModule.Tests.Mail;

public class TraceHeadersTests
{
    private static readonly DateTimeOffset Moment = new(2026, 11, 1, 4, 5, 6, TimeSpan.Zero);

    [Theory]
    [InlineData(false, false, false, false, "SMTP")]
    [InlineData(true, false, false, false, "ESMTP")]
    [InlineData(true, true, false, false, "ESMTPS")]
    [InlineData(true, false, true, false, "ESMTPA")]
    [InlineData(true, true, true, false, "ESMTPSA")]
    [InlineData(true, false, false, true, "UTF8SMTP")]
    [InlineData(true, true, true, true, "UTF8SMTPSA")]
    public void The_protocol_is_named_as_registered(bool extended, bool tls, bool login, bool utf8, string name)
    {
        Envelope envelope = Incoming("client.example", "192.0.2.1");
        envelope.AuthenticatedUser = login ? "user" : null;
        envelope.Utf8 = utf8;
        Assert.Contains($" with {name} id",
            Received(envelope, new TraceInfo("mail.example", "ID1", extended, tls ? "TLSv1.3" : null)));
    }

    [Theory]
    [InlineData(false, false, false, "LMTP")]
    [InlineData(true, false, false, "LMTPS")]
    [InlineData(false, true, false, "LMTPA")]
    [InlineData(true, true, false, "LMTPSA")]
    [InlineData(true, true, true, "UTF8LMTPSA")]
    public void Lmtp_is_named_as_registered(bool tls, bool login, bool utf8, string name)
    {
        Envelope envelope = Incoming("client.example", "192.0.2.1");
        envelope.AuthenticatedUser = login ? "user" : null;
        envelope.Utf8 = utf8;
        Assert.Contains($" with {name} id",
            Received(envelope, new TraceInfo("mail.example", "ID1", false, tls ? "TLSv1.3" : null) { IsLmtp = true }));
    }

    [Fact]
    public void A_name_that_the_client_was_told_to_have_stands_before_its_address()
        => Assert.StartsWith("Received: from x (mx?c.example [192.0.2.1])\r\n",
            Received(Incoming("x", "192.0.2.1"),
                new TraceInfo("h", "i", true, null) { ClientName = "mx)c.example" }), StringComparison.Ordinal);

    [Fact]
    public void A_client_without_an_address_has_its_greeting_alone()
    {
        Envelope envelope = Incoming("x", "192.0.2.1");
        envelope.Client = null;
        Assert.StartsWith("Received: from x\r\n\tby h with ESMTP id i",
            Received(envelope, new TraceInfo("h", "i", true, null)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_recipient_is_named()
    {
        Envelope envelope = Incoming("client.example", "192.0.2.1");
        AddRecipient(envelope, "c@d.example");
        Assert.Equal(
            "Received: from client.example ([192.0.2.1])\r\n\tby mail.example with ESMTP id ID1\r\n\tfor "
                + "<c@d.example>; Sun, 01 Nov 2026 04:05:06 +0000\r\n",
            Received(envelope, new TraceInfo("mail.example", "ID1", true, null)));
    }

    [Fact]
    public void Dots_that_the_grammar_does_not_have_stand_in_quotes_or_not_at_all()
    {
        Envelope envelope = Incoming("client.example", "192.0.2.1");
        AddRecipient(envelope, "c..c@d.example");
        Assert.Contains("\r\n\tfor <\"c..c\"@d.example>; ",
            Received(envelope, new TraceInfo("mail.example", "ID1", true, null)), StringComparison.Ordinal);
        var output = new ArrayBufferWriter<byte>();
        Assert.True(MailAddress.TryParse(".a..b.@c_c.example", out MailAddress address));
        TraceHeaders.WriteDeliveredTo(output, address);
        TraceHeaders.WriteListId(output, address);
        Assert.Equal("Delivered-To: \".a..b.\"@c_c.example\r\nList-Id: <-a.-b-.c_c.example>\r\n",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Of_several_recipients_none_is_named()
    {
        Envelope envelope = Incoming("", "2001:db8::1");
        AddRecipient(envelope, "c@d.example");
        AddRecipient(envelope, "e@f.example");
        Assert.Equal(
            "Received: from [IPv6:2001:db8::1] ([IPv6:2001:db8::1])\r\n\t(using TLSv1.3 with cipher X)\r\n\tby "
                + "mail.example with ESMTPS; Sun, 01 Nov 2026 04:05:06 +0000\r\n",
            Received(envelope, new TraceInfo("mail.example", "", true, "TLSv1.3 with cipher X")));
    }

    [Fact]
    public void A_message_that_was_not_received_by_smtp_has_no_from()
        => Assert.Equal("Received: by mail.example id ID1; Sun, 01 Nov 2026 04:05:06 +0000\r\n",
            Received(new Envelope { Received = Moment }, new TraceInfo("mail.example", "ID1", false, null)));

    [Fact]
    public void A_mapped_address_is_written_as_ipv4()
        => Assert.Contains("([192.0.2.1])",
            Received(Incoming("x", "::ffff:192.0.2.1"), new TraceInfo("h", "i", true, null)));

    [Fact]
    public void A_client_cannot_open_a_comment_or_a_line()
        => Assert.StartsWith(
            "Received: from a??b??c?? ([192.0.2.1])\r\n\tby ",
            Received(Incoming("a()b;<c>\t", "192.0.2.1"), new TraceInfo("h", "i", true, null)));

    [Theory]
    [InlineData("m\u00fcnchen.example")]
    [InlineData("\u6d4b\u8bd5")]
    public void Nothing_that_is_not_ascii_is_in_the_field_of_an_ascii_message(string name)
    {
        Envelope envelope = Incoming(name, "192.0.2.1");
        envelope.Recipients.Add(new Recipient(Utf8Address("\u00fc@d.example"), null));
        string received = Received(envelope, new TraceInfo(name, "ID1", true, null));
        Assert.True(Ascii.IsValid(received), received);
        Assert.DoesNotContain("for <", received, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipient_beyond_ascii_is_named_where_smtputf8_is_needed_anyway()
    {
        Envelope envelope = Incoming("m\u00fcnchen.example", "192.0.2.1");
        envelope.Utf8 = true;
        envelope.Recipients.Add(new Recipient(Utf8Address("\u00fc@d.example"), null));
        string received = Received(envelope, new TraceInfo("h", "ID1", true, null));
        Assert.StartsWith("Received: from m??nchen.example ([192.0.2.1])", received, StringComparison.Ordinal);
        Assert.Contains("for <\u00fc@d.example>", received, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2026, 1, 31, 0)]
    [InlineData(2024, 2, 29, 330)]
    [InlineData(1999, 12, 9, -210)]
    public void Dates_read_back(int year, int month, int day, int offset)
    {
        var date = new DateTimeOffset(year, month, day, 23, 59, 58, TimeSpan.FromMinutes(offset));
        Span<byte> text = stackalloc byte[40];
        string written = Encoding.ASCII.GetString(text[..TraceHeaders.WriteDate(date, text)]);
        Assert.Equal(31, written.Length);
        string withColon = written.Insert(written.Length - 2, ":");
        Assert.Equal(date, DateTimeOffset.ParseExact(
            withColon, "ddd, dd MMM yyyy HH:mm:ss zzz", CultureInfo.InvariantCulture));
    }

    private static Envelope Incoming(string helo, string address)
        => new() { Helo = helo, Client = new IPEndPoint(IPAddress.Parse(address), 25), Received = Moment };

    private static void AddRecipient(Envelope envelope, string text)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address));
        envelope.Recipients.Add(new Recipient(address, null));
    }

    private static MailAddress Utf8Address(string text)
    {
        Assert.True(MailAddress.TryParse(Encoding.UTF8.GetBytes(text), utf8: true, out MailAddress address));
        return address;
    }

    private static string Received(Envelope envelope, in TraceInfo reception)
    {
        var output = new ArrayBufferWriter<byte>();
        TraceHeaders.WriteReceived(output, envelope, reception);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
