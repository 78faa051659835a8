using MailModule.Mail;
using MailModule.Mime;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Remote;

/// <summary>
/// Finds out in which form a content may go to a server, and how it gets it. The content at rest stays as it is: what
/// is found holds for one server and one attempt. One thread at a time.
/// </summary>
/// <param name="open">A reader of the content, from its first octet on.</param>
/// <param name="traits">Null: not known.</param>
internal sealed class ContentPreparation(Func<Stream> open, ContentTraits? traits, ContentOffer offer)
{
    private ContentTraits? _traits = traits;

    public bool IsDone { get; private set; }
    public ContentRefusal? Refusal { get; private set; }

    /// <summary>Null: the content goes as it is.</summary>
    public Conversion? Conversion { get; private set; }

    public bool NeedsUtf8 { get; private set; }

    /// <summary>Known when it is done.</summary>
    public bool IsEightBit => Conversion?.IsEightBit ?? Has(ContentTraits.EightBit);

    /// <summary>What takes no time: true if that was enough.</summary>
    /// <param name="isInMemory">To read the content's beginning takes none.</param>
    public bool TryAtOnce(bool isInMemory)
    {
        bool isRefused = Has(ContentTraits.EightBit) && !offer.EightBitMime && offer.Use == EightBitUse.Return;
        if (isRefused)
            Refusal = ContentRefusal.EightBit;
        bool fits = _traits == ContentTraits.None || _traits == ContentTraits.EightBit && FitsAsItIs(isInMemory);
        return IsDone = isRefused || Refusal is not null || fits;
    }

    /// <summary>All the rest; blocks.</summary>
    public void Run()
    {
        try
        {
            _traits ??= Scan();
            if (!TryAtOnce(isInMemory: true))
                Convert();
        }
        catch (Exception e)
        {
            // The session waits for this job: whatever a foreign reader throws is an answer to it.
            bool mayPass = e is IOException or OutOfMemoryException;
            Refusal = mayPass ? ContentRefusal.Unreadable : ContentRefusal.NotEncodable;
            Conversion = null;
        }
        IsDone = true;
    }

    // An eight-bit content without long lines.
    private bool FitsAsItIs(bool mayRead)
    {
        if (offer.Use == EightBitUse.Raw)
            return true;
        if (!offer.EightBitMime || !mayRead)
            return false;
        using var message = new LfStream(open());
        TopHeader header = TopHeader.Read(message);
        if (!header.IsEightBit)
            return offer.Utf8 || !header.IsComposite || offer.Use == EightBitUse.Return;
        NeedsUtf8 = offer.Utf8 && header.IsUtf8;
        if (!offer.Utf8 && offer.Use == EightBitUse.Return)
            Refusal = ContentRefusal.Utf8Header;
        return NeedsUtf8;
    }

    private void Convert()
    {
        bool converts = offer.Use == EightBitUse.Convert;
        var form = new SendableForm(offer.EightBitMime || !converts, offer.Utf8 || !converts);
        var conversion = Conversion.Plan(open, form);
        Refusal = RefusalOf(conversion.Fault);
        NeedsUtf8 = conversion.NeedsUtf8 && offer.Utf8;
        if (Refusal is null && !conversion.IsUnchanged)
            Conversion = conversion;
    }

    private ContentTraits Scan()
    {
        byte[] piece = new byte[32 * 1024];
        var scan = new ContentScan();
        using Stream content = open();
        while (content.Read(piece) is > 0 and var count)
            scan.Add(piece.AsSpan(0, count));
        return scan.Traits;
    }

    private bool Has(ContentTraits trait) => _traits is { } known && (known & trait) != 0;

    private static ContentRefusal? RefusalOf(ConversionFault fault) => fault switch
    {
        ConversionFault.None => null,
        ConversionFault.Signed => ContentRefusal.Signed,
        ConversionFault.Utf8Address => ContentRefusal.Utf8Address,
        ConversionFault.TooComplex => ContentRefusal.TooComplex,
        _ => ContentRefusal.NotEncodable,
    };
}
