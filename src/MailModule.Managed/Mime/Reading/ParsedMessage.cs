using System.Globalization;
using System.Text;
using MailModule.Primitives;

namespace MailModule.Mime.Reading;

/// <summary>
/// A message that is looked at as far as it is asked for: its own header at the beginning, its parts at the first
/// question about them. What was found last is kept, so that a walk over fields, addresses or parameters costs what
/// there is of them. By one thread at a time.
/// </summary>
public sealed class ParsedMessage : IDisposable
{
    private readonly MessageSource _source;
    private readonly MessageLimits _limits;
    private readonly bool _isCut;
    private readonly MessageHeader _top;
    private PassedLimits _passed;
    private MessageStructure? _structure;
    private (int Part, MessageHeader? Header) _last = (-1, null);
    private (MessageHeader? Header, int Field, IReadOnlyList<FoundAddress> Found) _addresses = (null, -1, []);
    private (MessageHeader? Header, int Field, StructuredField Found) _structured = (null, -1, StructuredField.None);

    private ParsedMessage(MessageSource source, MessageLimits limits, bool isCut, PartScanner scanner)
    {
        (_source, _limits, _isCut) = (source, limits, isCut);
        _top = new MessageHeader(scanner.Header, scanner.IsHeaderCut);
        _passed = scanner.IsHeaderCut ? PassedLimits.Header : PassedLimits.None;
    }

    /// <summary>What of the limits is passed, as far as is known.</summary>
    public PassedLimits Passed => _passed;

    /// <summary>Octets read to find the parts.</summary>
    internal long OctetsRead => _structure?.OctetsRead ?? 0;

    /// <param name="source">Owned from now on, whatever the outcome.</param>
    /// <param name="isCut">What is beyond a limit is left out; else it is <see cref="Fault.Limit"/>.</param>
    /// <exception cref="IOException">The source cannot be read.</exception>
    public static Fault Open(MessageSource source, MessageLimits limits, bool isCut, out ParsedMessage? message)
    {
        message = null;
        bool isOpen = false;
        try
        {
            var scanner = new PartScanner(source, limits.Header);
            scanner.ReadHeader();
            var opened = new ParsedMessage(source, limits, isCut, scanner);
            Fault fault = opened.Check();
            isOpen = fault == Fault.None;
            message = isOpen ? opened : null;
            return fault;
        }
        finally
        {
            if (!isOpen)
                source.Dispose();
        }
    }

    public Fault CountParts(out int count)
    {
        Fault fault = LookThrough();
        count = fault == Fault.None ? _structure!.Parts.Count : 0;
        return fault;
    }

    public Fault FindPart(int part, out PartView? view)
    {
        view = null;
        Fault fault = FindFacts(part, out PartFacts facts);
        if (fault == Fault.None)
            view = new PartView(_structure!.Parts[part], facts);
        return fault;
    }

    /// <summary>The header of a part; of the message itself without a look at the others.</summary>
    public Fault FindHeader(int part, out MessageHeader header)
    {
        header = _top;
        if (part == 0)
            return Fault.None;
        Fault fault = LookThrough();
        if (fault == Fault.None && (part < 0 || part >= _structure!.Parts.Count))
            fault = FaultReason.Because(
                Fault.Argument, string.Create(CultureInfo.InvariantCulture, $"there is no part {part}"));
        if (fault != Fault.None)
            return fault;
        if (_last.Part != part)
            _last = (part, ReadHeader(_structure!.Parts[part]));
        header = _last.Header!;
        return Fault.None;
    }

    /// <summary>The addresses of a field that is there.</summary>
    public IReadOnlyList<FoundAddress> Addresses(MessageHeader header, int field)
    {
        if (_addresses.Header != header || _addresses.Field != field)
            _addresses = (header, field, AddressField.Read(header.Value(field)));
        return _addresses.Found;
    }

    /// <summary>The parameters of a field that is there.</summary>
    public Fault FindParameters(MessageHeader header, int field, out IReadOnlyList<FieldParameter> parameters)
    {
        if (_structured.Header != header || _structured.Field != field)
            _structured = (header, field, StructuredField.Read(header.Value(field), _limits.Parameters));
        parameters = _structured.Found.Parameters;
        return Note(_structured.Found.HasMore);
    }

    /// <summary>Text of a field's value for a person.</summary>
    public static string TextOf(string value) => EncodedText.Decode(value);

    /// <summary>The time that a field's value tells; null: it is none.</summary>
    public static DateTimeOffset? TimeOf(string value)
        => DateField.TryRead(value, out DateTimeOffset time) ? time : null;

    /// <summary>The content of a part, or the part.</summary>
    public Fault OpenContent(int part, ContentForm form, out Stream? content)
    {
        content = null;
        Fault fault = FindFacts(part, out PartFacts facts);
        if (fault != Fault.None)
            return fault;
        PartPlace place = _structure!.Parts[part];
        long start = form == ContentForm.Whole ? place.HeaderStart : place.ContentStart;
        content = new SourceStream(_source, start, place.ContentEnd);
        // RFC 2045 §6.4: what has parts is not encoded, whatever its header says
        bool isEncoded = form is ContentForm.Decoded or ContentForm.Text
            && (place.Kind & (PartKind.Multipart | PartKind.Message)) == 0;
        if (isEncoded)
            content = Decode(content, facts, form);
        return Fault.None;
    }

    public void Dispose() => _source.Dispose();

    private static Stream Decode(Stream content, PartFacts facts, ContentForm form)
    {
        if (ContentDecoder.Find(facts.Encoding) is { } decoder)
            content = new DecodedStream(content, decoder);
        return form == ContentForm.Text && facts.IsText ? new Utf8Stream(content, facts.TextEncoding) : content;
    }

    private Fault FindFacts(int part, out PartFacts facts)
    {
        facts = null!;
        Fault fault = LookThrough();
        if (fault != Fault.None || (fault = FindHeader(part, out MessageHeader header)) != Fault.None)
            return fault;
        int parent = _structure!.Parts[part].Parent;
        facts = new PartFacts(header, parent >= 0 && _structure.Parts[parent].IsDigest, _limits.Parameters);
        return Note(facts.HasMoreParameters);
    }

    private Fault LookThrough()
    {
        _structure ??= StructureReader.Read(_source, _limits);
        _passed |= _structure.Passed;
        return Check();
    }

    private MessageHeader ReadHeader(PartPlace place)
    {
        byte[] octets = new byte[(int)Math.Min(place.ContentStart - place.HeaderStart, _limits.Header)];
        using var header = new SourceStream(_source, place.HeaderStart, place.ContentStart);
        int length = header.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
        return new MessageHeader(octets[..length], place.IsHeaderCut);
    }

    private Fault Note(bool hasMoreParameters)
    {
        if (hasMoreParameters)
            _passed |= PassedLimits.Parameters;
        return Check();
    }

    private Fault Check()
    {
        if (_isCut || _passed == PassedLimits.None)
            return Fault.None;
        return FaultReason.Because(Fault.Limit, LowestOf(_passed) switch
        {
            PassedLimits.Header => Say("a header of the message has more than", _limits.Header, "octets"),
            PassedLimits.Parts => Say("the message has more than", _limits.Parts, "parts"),
            PassedLimits.Depth => Say("the message has more than", _limits.Depth, "parts inside each other"),
            _ => Say("a field of the message has more than", _limits.Parameters, "parameters"),
        });
    }

    private static PassedLimits LowestOf(PassedLimits passed) => (PassedLimits)((int)passed & -(int)passed);

    private static string Say(string what, int limit, string things)
        => string.Create(CultureInfo.InvariantCulture, $"{what} {limit} {things}");
}
