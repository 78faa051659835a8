using System.Buffers;
using System.Text;

namespace MailModule.Mail;

/// <summary>
/// The Return-Path field that final delivery puts in front of a message (RFC 5321 §4.4). Every message at rest begins
/// with it, in one line that ends with LF; it is no part of the message that goes on to other hosts.
/// </summary>
internal static class ReturnPath
{
    private static ReadOnlySpan<byte> Start => "Return-Path: <"u8;

    private static ReadOnlySpan<byte> End => ">\r\n"u8;

    /// <summary>Writes the field in wire form, with CRLF. An address cannot hold what would end the line.</summary>
    public static void Write(IBufferWriter<byte> output, MailAddress reversePath)
    {
        string address = reversePath.WireText;
        Span<byte> field = output.GetSpan(Start.Length + Encoding.UTF8.GetMaxByteCount(address.Length) + End.Length);
        Start.CopyTo(field);
        int length = Start.Length + Encoding.UTF8.GetBytes(address, field[Start.Length..]);
        End.CopyTo(field[length..]);
        output.Advance(length + End.Length);
    }

    /// <summary>Octets of the line at rest, with its LF.</summary>
    public static int LengthAtRest(MailAddress reversePath)
        => Start.Length + Encoding.UTF8.GetByteCount(reversePath.WireText) + End.Length - 1;

    /// <summary>
    /// Octets of the field that a message begins with, with its end; 0 if the message has none in front.
    /// </summary>
    public static int LengthIn(ReadOnlySpan<byte> message)
    {
        var fields = new HeaderFields(message);
        return fields.MoveNext() && fields.Is("Return-Path"u8) ? fields.Whole.Length : 0;
    }

    /// <summary>Reads over the line that a message at rest begins with.</summary>
    public static void Skip(Stream atRest)
    {
        while (atRest.ReadByte() is >= 0 and not '\n')
        {
        }
    }
}
