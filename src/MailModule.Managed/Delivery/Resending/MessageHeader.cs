using System.Text;
using MailModule.Mail;

namespace MailModule.Delivery.Resending;

/// <summary>
/// The header of a message at rest, read into memory; of one that is too long the first 256 KiB. Immutable.
/// </summary>
internal sealed class MessageHeader
{
    private const int Bound = 256 * 1024;

    private MessageHeader(byte[] octets, bool isWhole)
    {
        Octets = octets;
        IsWhole = isWhole;
    }

    /// <summary>From the first octet on: the header, and what came with its last piece.</summary>
    public byte[] Octets { get; }

    /// <summary>The end of the header is in it.</summary>
    public bool IsWhole { get; }

    /// <summary>Received fields: how often the message was handed on (RFC 5321 §6.3).</summary>
    public int Hops
    {
        get
        {
            int hops = 0;
            var fields = new HeaderFields(Octets);
            while (fields.MoveNext())
                hops += fields.Is("Received"u8) ? 1 : 0;
            return hops;
        }
    }

    /// <summary>The recipients it had before it was sent on, as its Delivered-To fields name them (RFC 9228).</summary>
    public IEnumerable<MailAddress> DeliveredTo()
    {
        var found = new List<MailAddress>();
        var fields = new HeaderFields(Octets);
        while (fields.MoveNext())
            if (fields.Is("Delivered-To"u8)
                && MailAddress.TryParse(fields.Value.Trim("<>"u8), utf8: true, out MailAddress address))
                found.Add(address);
        return found;
    }

    /// <summary>Reads the front of a message; the stream stands behind <see cref="Octets"/> then. Blocks.</summary>
    public static MessageHeader Read(Stream message)
    {
        byte[] octets = new byte[16 * 1024];
        int length = 0, count;
        bool isWhole = false;
        while (!isWhole && length < Bound && (count = message.Read(octets, length, octets.Length - length)) > 0)
        {
            isWhole = octets.AsSpan(Math.Max(0, length - 1), count + Math.Min(length, 1)).IndexOf("\n\n"u8) >= 0;
            length += count;
            if (length == octets.Length)
                Array.Resize(ref octets, length * 2);
        }
        return new MessageHeader(octets.AsSpan(0, length).ToArray(), isWhole);
    }

    /// <summary>
    /// The same header so that fields may be put in front of it, whatever a command has made of the message.
    /// </summary>
    /// <param name="isAll">The message has nothing behind <see cref="Octets"/>.</param>
    public MessageHeader WithItsEnds(bool isAll)
    {
        var filter = new HeaderFilter();
        byte[] octets = filter.Pass(Octets).ToArray();
        if (!filter.IsOver && isAll)
            octets = [.. octets, .. filter.End()];
        return filter is { IsOver: true, IsChanged: true } ? new MessageHeader(octets, isWhole: true) : this;
    }

    /// <summary>The same octets without the Return-Path in front, and without any List-Id if so wished.</summary>
    public byte[] WithoutReturnPath(bool withoutListId)
    {
        var kept = new MemoryStream(Octets.Length);
        int at = ReturnPath.LengthIn(Octets);
        if (IsCut(at))
            at = 0;
        var fields = new HeaderFields(Octets.AsSpan(at));
        while (fields.MoveNext())
        {
            at += fields.Whole.Length;
            if (!withoutListId || !fields.Is("List-Id"u8) || IsCut(at))
                kept.Write(fields.Whole);
        }
        kept.Write(Octets.AsSpan(at));
        return kept.ToArray();
    }

    // The last field of a header that was not read whole goes on in what is still to be read.
    private bool IsCut(int end) => !IsWhole && end == Octets.Length;

    public override string ToString() => Encoding.Latin1.GetString(Octets);
}
