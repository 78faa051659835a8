using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Mime;

/// <summary>Takes the next octets of a message; what it cannot take is a fault.</summary>
internal delegate Fault ContentSink(ReadOnlySpan<byte> octets);

/// <summary>Text as the content of a message, in an encoding that every host takes (RFC 2045 §6).</summary>
internal readonly ref struct TextBody
{
    private readonly ReadOnlySpan<byte> _text;

    /// <param name="text">UTF-8, any line ends.</param>
    public TextBody(ReadOnlySpan<byte> text)
    {
        _text = text;
        Recoding = ContentScan.TraitsOf(text) == 0 && !text.Contains((byte)0) ? Recoding.None : ShorterFor(text);
    }

    /// <summary>What the text has to go through.</summary>
    public Recoding Recoding { get; }

    /// <summary>The value of Content-Transfer-Encoding.</summary>
    public string TransferEncoding => Recoding switch
    {
        Recoding.None => "7bit",
        Recoding.QuotedPrintable => "quoted-printable",
        _ => "base64",
    };

    public Fault Write(ContentSink sink)
    {
        if (Recoding == Recoding.None)
            return sink(_text);
        var recoder = new Recoder(Recoding);
        byte[] piece = new byte[Recoder.PieceLength];
        Fault fault = Fault.None;
        for (int at = 0; at < _text.Length && fault == Fault.None;)
            fault = sink(recoder.Recode(piece, WithLf(piece, ref at)).Span);
        return fault == Fault.None ? sink(recoder.Finish().Span) : fault;
    }

    /// <summary>The next piece, with LF for every line end.</summary>
    private int WithLf(Span<byte> piece, ref int at)
    {
        int length = 0;
        for (; at < _text.Length && length < piece.Length; at++)
            if (_text[at] != '\n' || at == 0 || _text[at - 1] != '\r')
                piece[length++] = _text[at] == '\r' ? (byte)'\n' : _text[at];
        return length;
    }

    // An octet that quoted-printable encodes takes two more there; base64 takes a third more in all.
    private static Recoding ShorterFor(ReadOnlySpan<byte> text)
    {
        long encoded = 0;
        foreach (byte octet in text)
            if (octet is >= 0x7f or (byte)'=' || octet < ' ' && octet is not ((byte)'\t' or (byte)'\r' or (byte)'\n'))
                encoded++;
        return 2 * encoded <= text.Length / 3 ? Recoding.QuotedPrintable : Recoding.Base64;
    }
}
