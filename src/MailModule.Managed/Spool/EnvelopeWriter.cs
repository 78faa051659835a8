using System.Buffers.Binary;
using System.Net;
using System.Text;
using MailModule.Mail;

namespace MailModule.Spool;

/// <summary>What of an envelope is there, in its record.</summary>
[Flags]
internal enum EnvelopeParts : byte
{
    EightBit = 1,
    Utf8 = 2,
    Client = 4,
    User = 8,

    /// <summary>What was asked about DSNs (RFC 3461) follows after the recipients.</summary>
    DsnRequests = 16,

    /// <summary>Nobody vouches for the sender. A record of an earlier version never says so.</summary>
    Stranger = 32,

    /// <summary>It goes to no inner address. A record of an earlier version never says so.</summary>
    AvoidsInner = 64,

    /// <summary>
    /// What else MAIL said, when the message may go and by when it is wanted, follows behind all else. An earlier
    /// version passes that over, and delivers at once.
    /// </summary>
    MailParameters = 128,
}

/// <summary>Which parameters of MAIL stand behind all else in an envelope's record.</summary>
[Flags]
internal enum MailParts : byte
{
    HoldFor = 1,
    HoldUntil = 2,
    DeliverBy = 4,

    /// <summary>Of <see cref="DeliverBy"/>: it is returned then.</summary>
    Returns = 8,

    /// <summary>Of <see cref="DeliverBy"/>: hosts that pass it on tell so.</summary>
    Traces = 16,

    /// <summary>Who submitted the message.</summary>
    Submitter = 32,

    All = HoldFor | HoldUntil | DeliverBy | Returns | Traces | Submitter,
}

/// <summary>Puts an envelope at the end of a growing record: integers little-endian, texts as length (4) and
/// UTF-8.</summary>
internal ref struct EnvelopeWriter(ref byte[] buffer, int start)
{
    private readonly ref byte[] _buffer = ref buffer;

    public int End { get; private set; } = start;

    public void Write(Envelope envelope)
    {
        WritePlace(1)[0] = (byte)PartsOf(envelope);
        BinaryPrimitives.WriteInt64LittleEndian(WritePlace(8), envelope.Received.Ticks);
        BinaryPrimitives.WriteInt16LittleEndian(WritePlace(2), (short)envelope.Received.TotalOffsetMinutes);
        WriteText(envelope.ReversePath.Text);
        WriteText(envelope.Helo);
        if (envelope.Client is { } client)
            WriteClient(client);
        if (envelope.AuthenticatedUser is { } user)
            WriteText(user);
        WriteNumber(envelope.Recipients.Count);
        foreach (Recipient recipient in envelope.Recipients)
            WriteRecipient(recipient);
        if (HasDsnRequests(envelope))
            WriteDsnRequests(envelope);
        if (HasMailParameters(envelope))
            WriteMailParameters(envelope);
    }

    public void WriteText(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        WriteNumber(length);
        Encoding.UTF8.GetBytes(text, WritePlace(length));
    }

    private static EnvelopeParts PartsOf(Envelope envelope)
        => (envelope.EightBit ? EnvelopeParts.EightBit : 0) | (envelope.Utf8 ? EnvelopeParts.Utf8 : 0)
            | (envelope.Client is null ? 0 : EnvelopeParts.Client)
            | (envelope.AuthenticatedUser is null ? 0 : EnvelopeParts.User)
            | (HasDsnRequests(envelope) ? EnvelopeParts.DsnRequests : 0)
            | (envelope.IsFromStranger ? EnvelopeParts.Stranger : 0)
            | (envelope.AvoidsInner ? EnvelopeParts.AvoidsInner : 0)
            | (HasMailParameters(envelope) ? EnvelopeParts.MailParameters : 0);

    private static bool HasMailParameters(Envelope envelope)
        => envelope.Hold is not null || envelope.DeliverBy is not null || HasSubmitter(envelope);

    // AUTH=<> says no more than that nobody is known, as a record without it does.
    private static bool HasSubmitter(Envelope envelope) => envelope.Submitter is { IsNull: false };

    private void WriteMailParameters(Envelope envelope)
    {
        MailParts hold = envelope.Hold is not { } request ? 0
            : request.For is null ? MailParts.HoldUntil : MailParts.HoldFor;
        MailParts by = envelope.DeliverBy is not { } wish ? 0
            : MailParts.DeliverBy | (wish.Returns ? MailParts.Returns : 0) | (wish.Traces ? MailParts.Traces : 0);
        WritePlace(1)[0] = (byte)(hold | by | (HasSubmitter(envelope) ? MailParts.Submitter : 0));
        if (envelope.Hold is { } held)
            WriteTicks(held.For?.Ticks ?? held.Until.UtcTicks);
        if (envelope.DeliverBy is { } deliverBy)
            WriteTicks(deliverBy.Within.Ticks);
        if (HasSubmitter(envelope))
            WriteText(envelope.Submitter!.Text);
    }

    private void WriteTicks(long ticks) => BinaryPrimitives.WriteInt64LittleEndian(WritePlace(8), ticks);

    // Without any of it a record is what it was before there was such a thing.
    private static bool HasDsnRequests(Envelope envelope)
    {
        if (envelope.Return != ReturnContent.Default || envelope.EnvelopeId is not null)
            return true;
        foreach (Recipient recipient in envelope.Recipients)
            if (recipient.Notify != Notify.Default || recipient.OriginalRecipient is not null)
                return true;
        return false;
    }

    private void WriteDsnRequests(Envelope envelope)
    {
        WritePlace(1)[0] = (byte)envelope.Return;
        WriteTextOrNone(envelope.EnvelopeId);
        foreach (Recipient recipient in envelope.Recipients)
        {
            WritePlace(1)[0] = (byte)recipient.Notify;
            WriteTextOrNone(recipient.OriginalRecipient);
        }
    }

    private void WriteTextOrNone(string? text)
    {
        WritePlace(1)[0] = text is null ? (byte)0 : (byte)1;
        if (text is not null)
            WriteText(text);
    }

    private void WriteRecipient(Recipient recipient)
    {
        WriteText(recipient.Address.Text);
        WritePlace(1)[0] = recipient.Maildrop is null ? (byte)0 : (byte)1;
        if (recipient.Maildrop is { } maildrop)
            WriteText(maildrop);
    }

    private void WriteClient(IPEndPoint client)
    {
        Span<byte> address = stackalloc byte[16];
        client.Address.TryWriteBytes(address, out int length);
        WritePlace(1)[0] = (byte)length;
        address[..length].CopyTo(WritePlace(length));
        BinaryPrimitives.WriteUInt16LittleEndian(WritePlace(2), (ushort)client.Port);
    }

    private void WriteNumber(int number) => BinaryPrimitives.WriteInt32LittleEndian(WritePlace(4), number);

    private Span<byte> WritePlace(int length)
    {
        int start = End;
        Buffers.Grow(ref _buffer, start, (long)start + length);
        End = start + length;
        return _buffer.AsSpan(start, length);
    }
}
