using System.Buffers;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Delivery.Resending;

/// <summary>
/// Puts messages into the spool anew, for other recipients, with the trace of where they have been. Any thread; blocks:
/// workers only.
/// </summary>
/// <param name="hostName">Our name, for Received.</param>
/// <param name="sealer">Puts seals in front of what strangers have written.</param>
internal sealed class Resender(ISpool spool, Func<string> hostName, ArcSealer sealer, TimeProvider time)
{
    /// <summary>
    /// Received fields at most: beyond it a message is in a loop, whoever writes them (RFC 5321 §6.3). More than the
    /// SMTP server takes, so that a stranger's message which is as long as that is refused there, and does not become
    /// a report to a forged sender at its first step here.
    /// </summary>
    public const int HopLimit = 120;

    /// <summary>
    /// An envelope for a message that takes its content from another; its recipients are to be added.
    /// </summary>
    public Envelope NewEnvelope(Envelope source, MailAddress reversePath) => NewEnvelope(
        source, reversePath, time.GetUtcNow());

    private static Envelope NewEnvelope(Envelope source, MailAddress reversePath, DateTimeOffset now) => new()
    {
        ReversePath = reversePath,
        Received = now,
        DeliverBy = source.DeliverBy?.MovedTo(source.Received, now),
        EightBit = source.EightBit,
        Utf8 = source.Utf8,
        IsFromStranger = source.IsFromStranger,
        AvoidsInner = source.AvoidsInner,
    };

    /// <summary>Commits the message; returns when it is durable or nothing of it is left.</summary>
    /// <param name="content">At rest.</param>
    /// <param name="sourceId">The id under which it came in.</param>
    /// <param name="formerRecipient">The recipient that the new ones stand for.</param>
    /// <param name="list">For a mailing list: its address, for List-Id; else null.</param>
    /// <param name="arrived">The message as it came in, if that is another; null: it is <paramref name="content"/>.
    /// </param>
    public Fault Send(
        Envelope envelope, MessageContent content, string sourceId, MailAddress formerRecipient, MailAddress? list,
        MessageContent? arrived = null)
    {
        // What has no recipient would end nowhere.
        ArgumentOutOfRangeException.ThrowIfZero(envelope.Recipients.Count);
        try
        {
            using Stream message = content.OpenRead();
            MessageHeader read = MessageHeader.Read(message);
            byte[] header = read.WithItsEnds(isAll: read.Octets.Length == content.Length)
                .WithoutReturnPath(withoutListId: list is not null);
            byte[] front = [.. Trace(envelope, sourceId, formerRecipient, list), .. header];
            byte[] seal = sealer.Seal(
                envelope, sourceId, () => arrived is null ? read : HeaderOf(arrived), front,
                () => OpenBehind(content, read.Octets.Length));
            front = [.. ReturnPathOf(envelope), .. seal, .. front];
            return SpoolCopy.Write(
                spool, envelope, new PrefixedStream(front, message),
                front.Length - header.Length + content.Length, out _);
        }
        catch (IOException)
        {
            return Fault.Io;
        }
    }

    private static MessageHeader HeaderOf(MessageContent content)
    {
        using Stream message = content.OpenRead();
        return MessageHeader.Read(message);
    }

    private static Stream OpenBehind(MessageContent content, int length)
    {
        Stream stream = content.OpenRead();
        try
        {
            stream.ReadExactly(new byte[length]);
            return stream;
        }
        catch (IOException)
        {
            stream.Dispose();
            throw;
        }
    }

    private static ReadOnlySpan<byte> ReturnPathOf(Envelope envelope)
    {
        var field = new ArrayBufferWriter<byte>(128);
        ReturnPath.Write(field, envelope.ReversePath);
        return field.WrittenSpan;
    }

    // RFC 5321 §4.4: each host that hands a message on puts its Received in front; and so the hops of a loop inside
    // this host count too.
    private byte[] Trace(Envelope envelope, string sourceId, MailAddress formerRecipient, MailAddress? list)
    {
        var fields = new ArrayBufferWriter<byte>(512);
        TraceHeaders.WriteReceived(
            fields, envelope, new TraceInfo(hostName(), sourceId, Extended: false, TlsDescription: null));
        TraceHeaders.WriteDeliveredTo(fields, formerRecipient);
        // RFC 2919 §6: one List-Id alone, that of the list which sent it last
        if (list is not null)
            TraceHeaders.WriteListId(fields, list);
        return fields.WrittenSpan.ToArray();
    }
}
