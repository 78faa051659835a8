using MailModule.Lines;
using MailModule.Mail;

namespace MailModule.Mime;

/// <summary>
/// What becomes of a message for a host that does not take it as it is: the edits, found in one reading, and how the
/// outcome looks, found in a second. Bounded memory; time linear in the message's length.
/// </summary>
internal sealed class Conversion
{
    private const int PieceLength = 32 * 1024;

    private IReadOnlyList<Edit> _edits = [];
    private bool _hasHeader;

    private Conversion()
    {
    }

    /// <summary>Why there is no such form; else the rest holds.</summary>
    public ConversionFault Fault { get; private init; }

    /// <summary>The message is such a one already.</summary>
    public bool IsUnchanged => _edits.Count == 0;

    /// <summary>It keeps a header field in UTF-8.</summary>
    public bool NeedsUtf8 { get; private init; }

    public bool IsEightBit { get; private set; }

    /// <inheritdoc cref="Lines.WireLength"/>
    public long WireLength { get; private set; }

    /// <param name="open">A reader of the message, from its first octet on.</param>
    /// <exception cref="IOException">The message cannot be read.</exception>
    public static Conversion Plan(Func<Stream> open, SendableForm form)
    {
        Conversion found = Read(open(), form, hasHeader: true) ?? Read(open(), form, hasHeader: false)
            ?? new Conversion { Fault = ConversionFault.NotEncodable };
        if (found.Fault != ConversionFault.None)
            return found;
        using Stream outcome = found.Open(open());
        return found.TryMeasure(outcome, form)
            ? found
            : new Conversion { Fault = ConversionFault.NotEncodable };
    }

    /// <summary>The message in its new form.</summary>
    /// <param name="original">From its first octet on; the stream returned owns it.</param>
    public Stream Open(Stream original) => new ConvertedStream(new LfStream(original, _hasHeader), _edits);

    /// <summary>Null: it does not begin with a header field.</summary>
    private static Conversion? Read(Stream original, SendableForm form, bool hasHeader)
    {
        using var message = new MeteredStream(new LfStream(original, hasHeader));
        var reader = new PartReader(message, form);
        bool isRead = TryRead(reader);
        if (!isRead && !message.IsOverLimit)
            return null;
        return new Conversion
        {
            Fault = message.IsOverLimit ? ConversionFault.TooComplex : reader.Fault,
            NeedsUtf8 = reader.NeedsUtf8,
            _edits = reader.Edits,
            _hasHeader = hasHeader,
        };
    }

    private static bool TryRead(PartReader reader)
    {
        try
        {
            reader.ReadMessage();
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    // Whatever the reader took the message for: nothing leaves that the host does not take.
    private bool TryMeasure(Stream outcome, SendableForm form)
    {
        byte[] piece = new byte[PieceLength];
        var scan = new ContentScan();
        var length = new WireLength();
        while (outcome.Read(piece) is > 0 and var count)
        {
            scan.Add(piece.AsSpan(0, count));
            length.Add(piece.AsSpan(0, count));
        }
        WireLength = length.Total;
        IsEightBit = (scan.Traits & ContentTraits.EightBit) != 0;
        return (scan.Traits & ContentTraits.LongLines) == 0 && (!IsEightBit || form.TakesEightBit || form.TakesUtf8);
    }
}
