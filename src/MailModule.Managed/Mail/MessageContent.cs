namespace MailModule.Mail;

/// <summary>
/// A whole message at rest: lines end with LF alone, no dot-stuffing, trace headers in place (its "final form").
/// Reading may touch the disk: workers only.
/// </summary>
internal abstract class MessageContent
{
    /// <summary>Octets at rest (LF line ends): the S= of a Maildir name.</summary>
    public abstract long Length { get; }

    /// <summary>Octets on the wire (CRLF line ends, not stuffed): the W= of a Maildir name, and POP3's size.</summary>
    public abstract long WireLength { get; }

    /// <summary>Null: not known, as of all that is in memory, where it is soon found.</summary>
    public virtual ContentTraits? Traits => null;

    /// <summary>The octets, if they are in memory; else empty.</summary>
    public abstract ReadOnlyMemory<byte> Memory { get; }

    /// <summary>A file that holds exactly this content and may be hard-linked, if there is one; else null.</summary>
    public abstract string? FilePath { get; }

    /// <summary>A new reader from the first octet on; the caller disposes of it.</summary>
    public abstract Stream OpenRead();
}
