using System.Buffers;

namespace MailModule.Authentication;

/// <summary>Header fields in the form in which they are hashed (RFC 6376 §3.4.1, §3.4.2). Pure.</summary>
internal static class CanonicalField
{
    /// <summary>Writes a field without the CRLF at its end; whoever hashes it says whether one follows.</summary>
    /// <param name="field">Whole, with its line end or without.</param>
    public static void Write(ReadOnlySpan<byte> field, Canonicalization form, IBufferWriter<byte> output)
    {
        field = WithoutLineEnd(field);
        if (form == Canonicalization.Simple)
            WriteSimple(field, output);
        else
            WriteRelaxed(field, output);
    }

    // RFC 6376 §3.4.1: as it is; LF alone stands for CRLF
    private static void WriteSimple(ReadOnlySpan<byte> field, IBufferWriter<byte> output)
    {
        for (int end = field.IndexOf((byte)'\n'); end >= 0; end = field.IndexOf((byte)'\n'))
        {
            output.Write(WithoutLineEnd(field[..(end + 1)]));
            output.Write("\r\n"u8);
            field = field[(end + 1)..];
        }
        output.Write(field);
    }

    // RFC 6376 §3.4.2: small letters in the name, unfolded, one blank for many, none around colon or at the end
    private static void WriteRelaxed(ReadOnlySpan<byte> field, IBufferWriter<byte> output)
    {
        int colon = field.IndexOf((byte)':');
        ReadOnlySpan<byte> name = colon < 0 ? default : field[..colon].TrimEnd(" \t"u8);
        Span<byte> to = output.GetSpan(field.Length + 1);
        System.Text.Ascii.ToLower(name, to, out int length);
        name[length..].CopyTo(to[length..]); // from the first octet on that is not ASCII
        length = name.Length;
        if (colon >= 0)
            to[length++] = (byte)':';
        length += Relax(field[(colon + 1)..], to[length..]);
        output.Advance(length);
    }

    private static int Relax(ReadOnlySpan<byte> value, Span<byte> to)
    {
        int length = 0;
        while (!value.IsEmpty)
        {
            int blanks = BlanksAt(value);
            value = value[blanks..];
            if (value.IsEmpty)
                break;
            if (blanks > 0 && length > 0)
                to[length++] = (byte)' ';
            int text = value[1..].IndexOfAny(" \t\r\n"u8);
            text = text < 0 ? value.Length : text + 1;
            value[..text].CopyTo(to[length..]);
            length += text;
            value = value[text..];
        }
        return length;
    }

    /// <summary>How many octets of white space and line ends the text begins with; a CR alone is neither.</summary>
    private static int BlanksAt(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length && (text[at] is (byte)' ' or (byte)'\t' or (byte)'\n'
            || text[at..].StartsWith("\r\n"u8)))
            at++;
        return at;
    }

    private static ReadOnlySpan<byte> WithoutLineEnd(ReadOnlySpan<byte> line) => line switch
    {
        [.. var rest, (byte)'\r', (byte)'\n'] => rest,
        [.. var rest, (byte)'\n'] => rest,
        _ => line,
    };
}
