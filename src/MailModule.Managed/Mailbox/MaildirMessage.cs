namespace MailModule.Mailbox;

/// <summary>One message of a snapshot; its name stands in the snapshot's arena.</summary>
internal struct MaildirMessage
{
    public long Time;
    /// <summary>Octets on the wire; -1 while not known.</summary>
    public long Size;
    /// <summary>
    /// Octets at rest that belong to that size: as the name tells, or as the file had them when it was read; -1: not
    /// known.
    /// </summary>
    public long Length;
    public int NameOffset;
    public ushort NameLength;
    public ushort UniqueLength;
    public bool InNew;
    /// <summary>The size is the file's at rest, for it was too much to read.</summary>
    public bool IsEstimate;
}
