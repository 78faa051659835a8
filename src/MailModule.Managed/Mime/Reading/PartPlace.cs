namespace MailModule.Mime.Reading;

/// <summary>Where a part is in its message, and among the others.</summary>
internal sealed class PartPlace(int parent, int depth, long headerStart)
{
    public int Parent => parent;
    public int Depth => depth;

    /// <summary>Of its first field.</summary>
    public long HeaderStart { get; set; } = headerStart;

    public long ContentStart { get; set; }
    public long ContentEnd { get; set; }
    public int Children { get; private set; }
    public int FirstChild { get; private set; } = -1;
    public int LastChild { get; private set; } = -1;
    public int Next { get; set; } = -1;
    public PartKind Kind { get; set; }

    /// <summary>Its header is longer than is kept.</summary>
    public bool IsHeaderCut { get; set; }

    /// <summary>RFC 2046 §5.1.5: of a part without Content-Type in it, that is a message.</summary>
    public bool IsDigest { get; set; }

    public void AddChild(int index)
    {
        if (Children++ == 0)
            FirstChild = index;
        LastChild = index;
    }
}
