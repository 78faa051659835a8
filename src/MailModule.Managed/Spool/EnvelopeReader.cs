using System.Buffers.Binary;
using System.Net;
using System.Text;
using MailModule.Mail;

namespace MailModule.Spool;

/// <summary>Reads what <see cref="EnvelopeWriter"/> wrote; false for whatever it would not have written.</summary>
internal ref struct EnvelopeReader(ReadOnlySpan<byte> octets)
{
    private const Notify AllReports = Notify.Never | Notify.Success | Notify.Failure | Notify.Delay;

    private ReadOnlySpan<byte> _rest = octets;

    public bool TryReadEnvelope(out Envelope envelope)
    {
        envelope = new Envelope();
        if (!TryReadOctets(1, out ReadOnlySpan<byte> parts) || !TryReadTime(envelope)
            || !TryReadAddress(out MailAddress reversePath) || !TryReadText(out string helo))
            return false;
        var flags = (EnvelopeParts)parts[0];
        envelope.EightBit = flags.HasFlag(EnvelopeParts.EightBit);
        envelope.Utf8 = flags.HasFlag(EnvelopeParts.Utf8);
        envelope.IsFromStranger = flags.HasFlag(EnvelopeParts.Stranger);
        envelope.AvoidsInner = flags.HasFlag(EnvelopeParts.AvoidsInner);
        envelope.ReversePath = reversePath;
        envelope.Helo = helo;
        return TryReadOrigin(envelope, flags) && TryReadRecipients(envelope.Recipients)
            && (!flags.HasFlag(EnvelopeParts.DsnRequests) || TryReadDsnRequests(envelope))
            && (!flags.HasFlag(EnvelopeParts.MailParameters) || TryReadMailParameters(envelope));
    }

    public bool TryReadText(out string text)
    {
        text = "";
        if (!TryReadNumber(out int length) || !TryReadOctets(length, out ReadOnlySpan<byte> octets))
            return false;
        text = Encoding.UTF8.GetString(octets);
        return true;
    }

    private bool TryReadTime(Envelope envelope)
    {
        if (!TryReadOctets(8, out ReadOnlySpan<byte> ticks) || !TryReadOctets(2, out ReadOnlySpan<byte> minutes))
            return false;
        long local = BinaryPrimitives.ReadInt64LittleEndian(ticks);
        int offset = BinaryPrimitives.ReadInt16LittleEndian(minutes);
        long utc = local - offset * TimeSpan.TicksPerMinute;
        if (local < 0 || local > DateTime.MaxValue.Ticks || Math.Abs(offset) > 14 * 60 || utc < 0
            || utc > DateTime.MaxValue.Ticks)
            return false;
        envelope.Received = new DateTimeOffset(local, TimeSpan.FromMinutes(offset));
        return true;
    }

    private bool TryReadOrigin(Envelope envelope, EnvelopeParts flags)
    {
        if (flags.HasFlag(EnvelopeParts.Client))
        {
            if (!TryReadOctets(1, out ReadOnlySpan<byte> length) || length[0] is not (4 or 16)
                || !TryReadOctets(length[0], out ReadOnlySpan<byte> address)
                || !TryReadOctets(2, out ReadOnlySpan<byte> port))
                return false;
            envelope.Client = new IPEndPoint(new IPAddress(address), BinaryPrimitives.ReadUInt16LittleEndian(port));
        }
        if (!flags.HasFlag(EnvelopeParts.User))
            return true;
        bool isThere = TryReadText(out string user);
        envelope.AuthenticatedUser = user;
        return isThere;
    }

    private bool TryReadRecipients(List<Recipient> recipients)
    {
        if (!TryReadNumber(out int count))
            return false;
        for (int i = 0; i < count; i++)
        {
            if (!TryReadAddress(out MailAddress address) || !TryReadOctets(1, out ReadOnlySpan<byte> isLocal))
                return false;
            string maildrop = "";
            if (isLocal[0] != 0 && !TryReadText(out maildrop))
                return false;
            recipients.Add(new Recipient(address, isLocal[0] != 0 ? maildrop : null));
        }
        return true;
    }

    private bool TryReadDsnRequests(Envelope envelope)
    {
        if (!TryReadOctets(1, out ReadOnlySpan<byte> returned) || returned[0] > (byte)ReturnContent.Headers
            || !TryReadTextOrNone(out string? envelopeId))
            return false;
        (envelope.Return, envelope.EnvelopeId) = ((ReturnContent)returned[0], envelopeId);
        List<Recipient> recipients = envelope.Recipients;
        for (int i = 0; i < recipients.Count; i++)
        {
            if (!TryReadOctets(1, out ReadOnlySpan<byte> notify) || ((Notify)notify[0] & ~AllReports) != 0
                || !TryReadTextOrNone(out string? original))
                return false;
            recipients[i] = recipients[i] with { Notify = (Notify)notify[0], OriginalRecipient = original };
        }
        return true;
    }

    private bool TryReadMailParameters(Envelope envelope)
    {
        if (!TryReadOctets(1, out ReadOnlySpan<byte> octet))
            return false;
        var parts = (MailParts)octet[0];
        bool holds = (parts & (MailParts.HoldFor | MailParts.HoldUntil)) != 0;
        return (parts & ~MailParts.All) == 0 && (!holds || TryReadHold(envelope, parts))
            && TryReadDeliverBy(envelope, parts)
            && (!parts.HasFlag(MailParts.Submitter) || TryReadSubmitter(envelope));
    }

    private bool TryReadSubmitter(Envelope envelope)
    {
        bool isThere = TryReadAddress(out MailAddress submitter) && !submitter.IsNull;
        envelope.Submitter = submitter;
        return isThere;
    }

    private bool TryReadDeliverBy(Envelope envelope, MailParts parts)
    {
        if (!parts.HasFlag(MailParts.DeliverBy))
            return (parts & (MailParts.Returns | MailParts.Traces)) == 0;
        if (!TryReadTicks(out long within) || !IsDate(envelope.Received.UtcTicks, within))
            return false;
        envelope.DeliverBy = new DeliverBy(
            new TimeSpan(within), parts.HasFlag(MailParts.Returns), parts.HasFlag(MailParts.Traces));
        return true;
    }

    private bool TryReadHold(Envelope envelope, MailParts parts)
    {
        bool isInterval = parts.HasFlag(MailParts.HoldFor);
        if (isInterval == parts.HasFlag(MailParts.HoldUntil) || !TryReadTicks(out long ticks)
            || !IsDate(isInterval ? envelope.Received.UtcTicks : 0, ticks))
            return false;
        envelope.Hold = isInterval
            ? new HoldRequest(new TimeSpan(ticks), default)
            : new HoldRequest(null, new DateTimeOffset(ticks, TimeSpan.Zero));
        return true;
    }

    // The offset of a date may lead out of its bounds too.
    private static bool IsDate(long from, long ticks)
        => ticks >= -from && ticks <= DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay - from
            && from + ticks >= TimeSpan.TicksPerDay;

    private bool TryReadTicks(out long ticks)
    {
        bool isThere = TryReadOctets(8, out ReadOnlySpan<byte> octets);
        ticks = isThere ? BinaryPrimitives.ReadInt64LittleEndian(octets) : 0;
        return isThere;
    }

    private bool TryReadTextOrNone(out string? text)
    {
        text = null;
        if (!TryReadOctets(1, out ReadOnlySpan<byte> isThere) || isThere[0] > 1)
            return false;
        return isThere[0] == 0 || TryReadText(out text);
    }

    private bool TryReadAddress(out MailAddress address)
    {
        address = MailAddress.Null;
        if (!TryReadNumber(out int length) || !TryReadOctets(length, out ReadOnlySpan<byte> octets))
            return false;
        return length == 0 || MailAddress.TryParse(octets, utf8: true, out address);
    }

    private bool TryReadNumber(out int number)
    {
        number = TryReadOctets(4, out ReadOnlySpan<byte> octets) ? BinaryPrimitives.ReadInt32LittleEndian(octets) : -1;
        return number >= 0;
    }

    private bool TryReadOctets(int length, out ReadOnlySpan<byte> octets)
    {
        bool isThere = length <= _rest.Length;
        octets = isThere ? _rest[..length] : default;
        _rest = isThere ? _rest[length..] : default;
        return isThere;
    }
}
