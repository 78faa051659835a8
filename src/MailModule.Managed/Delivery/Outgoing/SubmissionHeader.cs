using System.Buffers;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// The header section of content that is finished, so that fields can go in front of it. As a rule it is as the host
/// program wrote it; where it does not begin or end as it must (<see cref="HeaderFilter"/>), another stands in for it.
/// Immutable.
/// </summary>
internal sealed class SubmissionHeader
{
    private const int PieceLength = 16 * 1024;

    /// <summary>No sender writes more header than this; fields behind it do not count.</summary>
    private const int Limit = 1024 * 1024;

    private SubmissionHeader(HeaderFilter filter) => Filter = filter;

    /// <summary>Content that goes out as it is.</summary>
    public static SubmissionHeader Untouched { get; } = new(new HeaderFilter());

    /// <summary>Knows which fields there are.</summary>
    public HeaderFilter Filter { get; }

    /// <summary>What is sent in place of the first <see cref="Replaced"/> octets; as a rule both are empty.</summary>
    public ReadOnlyMemory<byte> Replacement { get; private init; }

    /// <summary>Octets of the content, whole lines.</summary>
    public long Replaced { get; private init; }

    /// <summary>Octets that the replacement takes more on the wire than it has and than what it replaces.</summary>
    public long WireChange { get; private init; }

    /// <summary>May touch the disk.</summary>
    public static SubmissionHeader Read(SubmissionContent content)
    {
        var filter = new HeaderFilter();
        if (!TryPass(content, filter, null) || !filter.IsChanged)
            return new SubmissionHeader(filter);
        var written = new ArrayBufferWriter<byte>();
        var again = new HeaderFilter();
        if (!TryPass(content, again, written))
            return new SubmissionHeader(filter);
        // Behind the header stands what the last piece had of the text.
        ReadOnlyMemory<byte> replacement = written.WrittenMemory[..^(int)(again.Taken - again.Length)];
        return new SubmissionHeader(filter)
        {
            Replacement = replacement,
            Replaced = filter.Length,
            WireChange = OnWire(replacement.Span) - replacement.Length - OnWire(content, filter.Length),
        };
    }

    /// <summary>False: the header has no end within the limit, or the content cannot be read.</summary>
    private static bool TryPass(SubmissionContent content, HeaderFilter filter, ArrayBufferWriter<byte>? output)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        bool isRead = true;
        for (int count = 1; count > 0 && !filter.IsOver;)
        {
            isRead = filter.Taken < Limit
                && content.Read(piece.AsSpan(0, PieceLength), filter.Taken, out count) == Fault.None;
            if (!isRead)
                break;
            ReadOnlySpan<byte> passed = count > 0 ? filter.Pass(piece.AsSpan(0, count)) : filter.End();
            output?.Write(passed);
        }
        ArrayPool<byte>.Shared.Return(piece);
        return isRead;
    }

    private static long OnWire(SubmissionContent content, long length)
    {
        byte[] octets = new byte[length];
        content.Read(octets, 0, out int count);
        return OnWire(octets.AsSpan(0, count));
    }

    private static long OnWire(ReadOnlySpan<byte> octets)
    {
        var wire = new WireLength();
        wire.Add(octets);
        return wire.Total;
    }
}
