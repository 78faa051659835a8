namespace MailModule.Mime.Reading;

/// <summary>One part of a message.</summary>
public sealed class PartView
{
    private readonly PartPlace _place;

    internal PartView(PartPlace place, PartFacts facts)
    {
        _place = place;
        Facts = facts;
    }

    public PartFacts Facts { get; }
    public PartKind Kind => _place.Kind | Facts.Kind;
    public int Parent => _place.Parent;
    public int Depth => _place.Depth;
    public int Children => _place.Children;
    public int FirstChild => _place.FirstChild;
    public int Next => _place.Next;
    public long Offset => _place.ContentStart;
    public long Length => _place.ContentEnd - _place.ContentStart;
    public string SafeName => FileNames.MakeSafe(Facts.FileName);
}
