using System.Text.Unicode;
using MailModule.Mail;
using MimeKit;

namespace MailModule.Mime;

/// <summary>
/// Goes through a message once, part by part, and notes the edits that make it one that a host takes. What needs none
/// stays as it is, octet by octet.
/// </summary>
internal sealed class PartReader : MimeReader
{
    private static readonly ParserOptions s_options = new() { MaxMimeDepth = MeteredStream.MaxDepth };

    private readonly MeteredStream _message;
    private readonly SendableForm _form;
    private readonly List<Edit> _edits = [];
    private readonly Stack<Part> _open = new();
    private HeaderBlock _header = new(0);
    private ContentScan _between;

    /// <param name="message">With LF line ends, which the edits' places are counted in.</param>
    public PartReader(MeteredStream message, SendableForm form) : base(s_options, message)
    {
        _message = message;
        _form = form;
    }

    public ConversionFault Fault { get; private set; }

    /// <summary>There is a header field in UTF-8, which the host takes.</summary>
    public bool NeedsUtf8 { get; private set; }

    /// <summary>In the order of their places.</summary>
    public IReadOnlyList<Edit> Edits => [.. _edits.OrderBy(edit => edit.Start)];

    protected override void OnHeadersBegin(long beginOffset, int beginLineNumber, CancellationToken cancellationToken)
    {
        _message.BeginHeader();
        _header = new HeaderBlock(beginOffset);
    }

    protected override void OnHeaderRead(Header header, int beginLineNumber, CancellationToken cancellationToken)
    {
        long start = _header.End;
        long end = start + header.RawField.Length + (header.RawValue.Length > 0 ? 1 + header.RawValue.Length : 0);
        ContentTraits traits = ContentScan.TraitsOf(header.RawField) | ContentScan.TraitsOf(header.RawValue);
        _header.Add(header, start, end, traits);
        if (MayStay(header, traits))
            return;
        ConversionFault fault = FieldConversion.TryConvert(header, out byte[] octets);
        if (fault == ConversionFault.None)
            _edits.Add(new Edit(start, end, octets));
        Fail(fault);
    }

    protected override void OnHeadersEnd(long beginOffset, int beginLineNumber, long endOffset, int endLineNumber,
        CancellationToken cancellationToken) => _message.EndHeader();

    protected override void OnMimePartBegin(ContentType contentType, long beginOffset, int beginLineNumber,
        CancellationToken cancellationToken) => Open(contentType);

    protected override void OnMessagePartBegin(ContentType contentType, long beginOffset, int beginLineNumber,
        CancellationToken cancellationToken) => Open(contentType);

    protected override void OnMultipartBegin(ContentType contentType, long beginOffset, int beginLineNumber,
        CancellationToken cancellationToken) => Open(contentType);

    protected override void OnMimePartContentRead(byte[] content, int startIndex, int count,
        CancellationToken cancellationToken) => _open.Peek().AddContent(content.AsSpan(startIndex, count));

    protected override void OnMimePartContentEnd(long beginOffset, int beginLineNumber, long endOffset, int lines,
        NewLineFormat? newLineFormat, CancellationToken cancellationToken)
    {
        Part part = _open.Peek();
        bool needsEdit = (part.Traits & ContentTraits.LongLines) != 0
            || (part.Traits & ContentTraits.EightBit) != 0 && !_form.TakesEightBit;
        if (needsEdit)
            EncodeContent(part, beginOffset, endOffset);
    }

    protected override void OnMimePartEnd(ContentType contentType, long beginOffset, int beginLineNumber,
        long headersEndOffset, long endOffset, int lines, CancellationToken cancellationToken) => _open.Pop();

    protected override void OnMessagePartEnd(ContentType contentType, long beginOffset, int beginLineNumber,
        long headersEndOffset, long endOffset, int lines, CancellationToken cancellationToken)
    {
        Part part = _open.Pop();
        bool isInTheWay = Fault != part.FaultBefore;
        if (part.IsEncodedWhole && (isInTheWay || _edits.Count > part.FirstEdit))
            EncodeWhole(part, headersEndOffset, endOffset);
        else if (isInTheWay && _open.Count > 0 && part.IsMessage)
            EncodeAsGlobal(part, headersEndOffset, endOffset);
        else
            Close(part);
    }

    protected override void OnMultipartEnd(ContentType contentType, long beginOffset, int beginLineNumber,
        long headersEndOffset, long endOffset, int lines, CancellationToken cancellationToken)
    {
        Part part = _open.Pop();
        // Without a boundary, or where it never comes, the text is not there to be passed over.
        if (part.HasAsciiEdit && part.Children == 0)
            Fail(ConversionFault.NotEncodable);
        if (part.IsSigned && _edits.Count > part.FirstEdit)
            Fail(ConversionFault.Signed);
        Close(part);
    }

    protected override void OnMultipartPreambleBegin(long beginOffset, int beginLineNumber,
        CancellationToken cancellationToken) => _between = default;

    protected override void OnMultipartPreambleRead(byte[] buffer, int startIndex, int count,
        CancellationToken cancellationToken) => _between.Add(buffer.AsSpan(startIndex, count));

    protected override void OnMultipartPreambleEnd(long beginOffset, int beginLineNumber, long endOffset, int lines,
        CancellationToken cancellationToken) => EndBetween(beginOffset, endOffset);

    protected override void OnMultipartEpilogueBegin(long beginOffset, int beginLineNumber,
        CancellationToken cancellationToken) => _between = default;

    protected override void OnMultipartEpilogueRead(byte[] buffer, int startIndex, int count,
        CancellationToken cancellationToken) => _between.Add(buffer.AsSpan(startIndex, count));

    protected override void OnMultipartEpilogueEnd(long beginOffset, int beginLineNumber, long endOffset, int lines,
        CancellationToken cancellationToken) => EndBetween(beginOffset, endOffset);

    private bool MayStay(Header header, ContentTraits traits)
    {
        if (traits == ContentTraits.None)
            return true;
        bool isTaken = traits == ContentTraits.EightBit && _form.TakesUtf8
            && Utf8.IsValid(header.RawField) && Utf8.IsValid(header.RawValue);
        NeedsUtf8 |= isTaken;
        return isTaken || header.Id == HeaderId.ContentTransferEncoding;
    }

    private void Open(ContentType type)
    {
        _message.AddPart(type.Boundary);
        if (_open.TryPeek(out Part? parent))
            parent.Children++;
        _open.Push(new Part(type, _header, _edits.Count, Fault));
    }

    // RFC 2045 §6.4: a part that has others says what those need.
    private void Close(Part part)
    {
        bool isRelabelled = part.Header.Encoding is "8bit" or "binary" && !_form.TakesEightBit;
        if (isRelabelled && _edits.Count > part.FirstEdit)
            _edits.AddRange(part.Header.EncodingField("7bit"));
    }

    private void EncodeContent(Part part, long begin, long end)
    {
        Recoding recoding = part.Header.Encoding switch
        {
            "quoted-printable" => Recoding.QuotedPrintableAgain,
            "base64" => Recoding.Base64Again,
            _ => part.Recoding,
        };
        bool isUnknown = !part.Header.IsIdentity && recoding == part.Recoding;
        bool isTooDeep = part.Header.IsIdentity && part.MustBeIdentity;
        if (isUnknown || isTooDeep)
            Fail(part.IsMultipart ? ConversionFault.TooComplex : ConversionFault.NotEncodable);
        _edits.Add(new Edit(begin, end, null, recoding));
        if (part.Header.IsIdentity)
            _edits.AddRange(part.Header.EncodingField(NameOf(recoding), MissingFields(part)));
    }

    // RFC 6532 §3.7: as message/global a message may be encoded whole. So one that cannot be changed, in a report or
    // forwarded, does not keep the message around it from going out.
    private void EncodeAsGlobal(Part part, long begin, long end)
    {
        Edit? type = part.Header.TypeField("message/global");
        _edits.RemoveRange(part.FirstEdit, _edits.Count - part.FirstEdit);
        if (type is { } field)
        {
            _edits.RemoveAll(edit => edit.Start == field.Start);
            _edits.Add(field);
        }
        Fault = part.FaultBefore;
        _edits.Add(new Edit(begin, end, null, Recoding.Base64));
        _edits.AddRange(part.Header.EncodingField("base64", type is null ? "Content-Type: message/global\n" : ""));
    }

    // In place of the edits inside it.
    private void EncodeWhole(Part part, long begin, long end)
    {
        _edits.RemoveRange(part.FirstEdit, _edits.Count - part.FirstEdit);
        Fault = part.FaultBefore;
        Recoding recoding = part.IsText ? Recoding.QuotedPrintable : Recoding.Base64;
        _edits.Add(new Edit(begin, end, null, recoding));
        _edits.AddRange(part.Header.EncodingField(NameOf(recoding)));
    }

    private string MissingFields(Part part)
    {
        bool isMessage = _open.Count == 1 || !_open.ElementAt(1).IsMultipart;
        string version = isMessage && !part.Header.HasMimeVersion ? "MIME-Version: 1.0\n" : "";
        bool isUntyped = !part.Header.HasContentType && (part.Traits & ContentTraits.EightBit) != 0;
        return version + (isUntyped ? $"Content-Type: text/plain; charset={part.Charset}\n" : "");
    }

    private void EndBetween(long begin, long end)
    {
        bool needsEdit = (_between.Traits & ContentTraits.LongLines) != 0
            || (_between.Traits & ContentTraits.EightBit) != 0 && !_form.TakesEightBit;
        if (!needsEdit)
            return;
        _open.Peek().HasAsciiEdit = true;
        _edits.Add(new Edit(begin, end, null, Recoding.Ascii));
    }

    private void Fail(ConversionFault fault)
    {
        if (Fault == ConversionFault.None)
            Fault = fault;
    }

    private static string NameOf(Recoding recoding)
        => recoding == Recoding.QuotedPrintable ? "quoted-printable" : "base64";
}
