using System.Text;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Mime.Composing;

/// <summary>What goes with a message. Its octets are read when the message is.</summary>
/// <param name="Open">Gives them.</param>
/// <param name="IsRepeatable">They can be had more than once.</param>
public sealed record Attachment(Func<Stream> Open, bool IsRepeatable)
{
    private const int LongestType = 200;
    private const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;

    /// <param name="octets">Not copied.</param>
    public static Attachment FromMemory(byte[] octets) => new(() => new MemoryStream(octets, writable: false), true);

    /// <param name="path">Of a file that is opened when the message is read.</param>
    public static Attachment FromFile(string path)
        => new(() => new FileStream(path, FileMode.Open, FileAccess.Read, Shared, 0), true);

    /// <param name="reader">Asked while the message is read.</param>
    public static Attachment FromReader(OctetReader reader) => new(() => new ReaderStream(reader), false);

    /// <summary>Of the file; null: none.</summary>
    public string? Name { get; init; }

    /// <summary>With parameters, if it has any.</summary>
    public string Type { get; init; } = "application/octet-stream";

    /// <summary>By which HTML shows it; null: it is none of that.</summary>
    public string? ContentId { get; init; }

    /// <summary>What keeps it from being one; null: nothing.</summary>
    internal string? FindProblem()
    {
        string type = MainType;
        if (!MediaType.IsOne(type) || Type.Length > LongestType || Type.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return $"type is no content type: {Visible(Type)}";
        if (type.StartsWith("multipart/", StringComparison.Ordinal))
            return "type is multipart, which an attachment cannot be";
        if (Name is { } name && name.Any(char.IsControl))
            return "name has CR, LF, NUL or another control character in it";
        bool isId = ContentId is null || ContentId.Length is > 0 and <= LongestType
            && !ContentId.AsSpan().ContainsAnyExceptInRange('!', '~') && !ContentId.AsSpan().ContainsAny("<>\"()\\");
        return isId ? null : "content_id is 1 to 200 visible characters of ASCII, without brackets and quotes";
    }

    /// <summary>
    /// Made into a part. <see cref="Fault.NotSupported"/>: a message that cannot go as it is.
    /// </summary>
    /// <exception cref="IOException">The octets of a message cannot be read.</exception>
    internal Fault MakePart(out Entity? part)
    {
        part = null;
        if (MainType is not ("message/rfc822" or "message/global"))
        {
            part = new Leaf(Fields("base64"), isEightBit: false, () => new EncodedStream(Open()));
            return Fault.None;
        }
        if (!IsRepeatable)
            return FaultReason.Because(Fault.NotSupported, "a message that is attached comes from memory or a file");
        ContentTraits traits = ScanLines();
        if ((traits & ContentTraits.LongLines) != 0)
            return FaultReason.Because(Fault.NotSupported, "the message has a line of more than 998 octets");
        bool isEightBit = (traits & ContentTraits.EightBit) != 0;
        part = new Leaf(
            Fields(isEightBit ? "8bit" : "7bit"), isEightBit, () => new CrLfStream(new LfStream(Open())));
        return Fault.None;
    }

    private string MainType => Type.Split(';')[0].Trim().ToLowerInvariant();

    private string Fields(string encoding)
    {
        var fields = new StringBuilder().Append("Content-Type: ").Append(Type).Append("\r\n");
        fields.Append("Content-Transfer-Encoding: ").Append(encoding).Append("\r\nContent-Disposition: ");
        fields.Append(ContentId is null ? "attachment" : "inline");
        fields.Append(Name is { Length: > 0 } ? ParameterWriter.Write("filename", Name) : "").Append("\r\n");
        return fields.Append(ContentId is null ? "" : $"Content-ID: <{ContentId}>\r\n").ToString();
    }

    private ContentTraits ScanLines()
    {
        using Stream message = Open();
        byte[] piece = new byte[16 * 1024];
        var scan = new ContentScan();
        while (message.Read(piece) is > 0 and var count)
            scan.Add(piece.AsSpan(0, count));
        return scan.Traits;
    }

    private static string Visible(string text)
        => string.Concat(text.Take(80).Select(c => char.IsControl(c) ? '?' : c));
}
