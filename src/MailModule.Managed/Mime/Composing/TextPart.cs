using System.Text;

namespace MailModule.Mime.Composing;

/// <summary>Text of the message itself, plain or HTML.</summary>
internal static class TextPart
{
    /// <param name="subtype">"plain" or "html".</param>
    /// <param name="text">Any line ends.</param>
    public static Entity Make(string subtype, string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        var body = new TextBody(octets);
        Recoding recoding = body.Recoding;
        // What might be taken for a boundary of ours is none once it is encoded.
        if (recoding == Recoding.None && text.Contains("--" + Multipart.BoundaryStart, StringComparison.Ordinal))
            recoding = Recoding.QuotedPrintable;
        string encoding = recoding switch
        {
            Recoding.None => "7bit",
            Recoding.QuotedPrintable => "quoted-printable",
            _ => "base64",
        };
        string fields = $"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n";
        return new Leaf(fields, isEightBit: false, () => Open(octets, recoding));
    }

    private static Stream Open(byte[] text, Recoding recoding)
    {
        Stream lines = new LfStream(new MemoryStream(text));
        return new CrLfStream(recoding == Recoding.None ? lines : new RecodedStream(lines, recoding));
    }
}
