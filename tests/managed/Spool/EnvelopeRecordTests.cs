using System.Net;
using MailModule.Mail;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool;

public class EnvelopeRecordTests
{
    [Fact]
    public void What_was_asked_about_reports_comes_back()
    {
        Envelope found = Read(Write(WithReports()))!;
        Assert.Equal((ReturnContent.Headers, "QQ+314 159"), (found.Return, found.EnvelopeId));
        Assert.Equal(WithReports().Recipients, found.Recipients);
        Assert.Equal([Notify.Success | Notify.Delay, Notify.Default, Notify.Never],
            found.Recipients.Select(recipient => recipient.Notify));
        Assert.Equal([null, "rfc822;Old@example.com", null],
            found.Recipients.Select(recipient => recipient.OriginalRecipient));
    }

    [Fact]
    public void Each_part_of_it_alone_comes_back()
    {
        foreach (Action<Envelope> ask in (Action<Envelope>[])[
            envelope => envelope.Return = ReturnContent.Full,
            envelope => envelope.EnvelopeId = "",
            envelope => envelope.Recipients[1] = envelope.Recipients[1] with { Notify = Notify.Failure },
            envelope => envelope.Recipients[0] = envelope.Recipients[0] with { OriginalRecipient = "rfc822;a@b" }])
        {
            Envelope envelope = SpoolRun.Envelope(2);
            ask(envelope);
            Envelope found = Read(Write(envelope))!;
            Assert.Equal((envelope.Return, envelope.EnvelopeId), (found.Return, found.EnvelopeId));
            Assert.Equal(envelope.Recipients, found.Recipients);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whether_somebody_vouches_for_the_sender_comes_back(bool isFromStranger)
    {
        Envelope envelope = WithReports();
        envelope.IsFromStranger = isFromStranger;
        Envelope found = Read(Write(envelope))!;
        Assert.Equal((isFromStranger, "QQ+314 159"), (found.IsFromStranger, found.EnvelopeId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whether_it_avoids_inner_addresses_comes_back(bool avoidsInner)
    {
        Envelope envelope = WithReports();
        envelope.AvoidsInner = avoidsInner;
        Envelope found = Read(Write(envelope))!;
        Assert.Equal((avoidsInner, false, "QQ+314 159"), (found.AvoidsInner, found.IsFromStranger, found.EnvelopeId));
    }

    [Theory]
    [InlineData(0, 0, false, false)]
    [InlineData(1, 0, false, false)]
    [InlineData(2, 0, false, false)]
    [InlineData(0, 60, true, false)]
    [InlineData(1, -60, false, true)]
    [InlineData(2, 999_999_999, true, true)]
    public void What_was_said_of_times_comes_back(int hold, int within, bool returns, bool traces)
    {
        Envelope envelope = WithReports();
        envelope.Hold = hold == 0 ? null : hold == 1
            ? new HoldRequest(TimeSpan.FromSeconds(999_999_999), default)
            : new HoldRequest(null, new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
        envelope.DeliverBy = within == 0 ? null : new DeliverBy(TimeSpan.FromSeconds(within), returns, traces);
        byte[] octets = Write(envelope);
        Envelope found = Read(octets)!;
        Assert.Equal((envelope.Hold, envelope.DeliverBy), (found.Hold, found.DeliverBy));
        Assert.Equal(envelope.Recipients, found.Recipients);
        for (int length = 0; length < octets.Length; length++)
            Assert.Null(Read(octets[..length]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_submitted_it_comes_back(bool withTimes)
    {
        Envelope envelope = WithReports();
        envelope.Submitter = Address("e=mc2@example.com");
        envelope.DeliverBy = withTimes ? new DeliverBy(TimeSpan.FromSeconds(60), true, false) : null;
        byte[] octets = Write(envelope);
        Envelope found = Read(octets)!;
        Assert.Equal((envelope.Submitter, envelope.DeliverBy), (found.Submitter, found.DeliverBy));
        Assert.Equal(envelope.Recipients, found.Recipients);
        for (int length = 0; length < octets.Length; length++)
            Assert.Null(Read(octets[..length]));
    }

    [Fact]
    public void That_nobody_knows_who_submitted_it_takes_no_octet()
    {
        byte[] without = Write(WithReports());
        Envelope envelope = WithReports();
        envelope.Submitter = MailAddress.Null;
        Assert.Equal(without, Write(envelope));
    }

    [Fact]
    public void Without_it_the_octets_are_those_of_format_1()
    {
        var envelope = new Envelope
        {
            ReversePath = Address("a@b.c"),
            Helo = "h",
            Client = new IPEndPoint(IPAddress.Loopback, 1025),
            AuthenticatedUser = "u",
            EightBit = true,
            Received = new DateTimeOffset(0x0102030405060708, TimeSpan.FromHours(1)),
        };
        envelope.Recipients.Add(new Recipient(Address("d@e.f"), "g"));
        envelope.Recipients.Add(new Recipient(Address("i@j.k"), null));
        byte[] expected = [
            13, 8, 7, 6, 5, 4, 3, 2, 1, 60, 0, 5, 0, 0, 0, .. "a@b.c"u8, 1, 0, 0, 0, .. "h"u8, 4, 127, 0, 0, 1, 1, 4, 1,
                0, 0, 0, .. "u"u8,
            2, 0, 0, 0, 5, 0, 0, 0, .. "d@e.f"u8, 1, 1, 0, 0, 0, .. "g"u8, 5, 0, 0, 0, .. "i@j.k"u8, 0];
        Assert.Equal(expected, Write(envelope));
    }

    [Fact]
    public void No_prefix_is_taken_for_an_envelope_and_garbage_does_no_harm()
    {
        Envelope envelope = WithReports();
        envelope.Hold = new HoldRequest(TimeSpan.FromSeconds(60), default);
        envelope.DeliverBy = new DeliverBy(TimeSpan.FromSeconds(60), true, true);
        envelope.Submitter = Address("e=mc2@example.com");
        byte[] whole = Write(envelope);
        for (int length = 0; length < whole.Length; length++)
            Assert.Null(Read(whole[..length]));
        var random = new Random(4);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] changed = [.. whole];
            for (int wounds = random.Next(1, 4); wounds > 0; wounds--)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            if (Read(changed) is not { } found)
                continue;
            Assert.Equal(found.Recipients, Read(Write(found))!.Recipients);
            Assert.True(found.Release >= found.Received && found.Deadline != DateTimeOffset.MaxValue);
        }
    }

    private static Envelope WithReports()
    {
        Envelope envelope = SpoolRun.Envelope(3);
        (envelope.Return, envelope.EnvelopeId) = (ReturnContent.Headers, "QQ+314 159");
        envelope.Recipients[0] = envelope.Recipients[0] with { Notify = Notify.Success | Notify.Delay };
        envelope.Recipients[1] = envelope.Recipients[1] with { OriginalRecipient = "rfc822;Old@example.com" };
        envelope.Recipients[2] = envelope.Recipients[2] with { Notify = Notify.Never };
        return envelope;
    }

    private static MailAddress Address(string text)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address));
        return address;
    }

    private static byte[] Write(Envelope envelope)
    {
        byte[] buffer = [];
        var writer = new EnvelopeWriter(ref buffer, 0);
        writer.Write(envelope);
        return buffer[..writer.End];
    }

    private static Envelope? Read(byte[] octets)
        => new EnvelopeReader(octets).TryReadEnvelope(out Envelope envelope) ? envelope : null;
}
