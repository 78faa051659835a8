using MailModule.Mail;

namespace MailModule.Spool;

/// <summary>A small message that is still in memory.</summary>
internal sealed class InlineContent(byte[] octets, long wireLength, ContentTraits traits) : MessageContent
{
    public override long Length => octets.Length;
    public override long WireLength => wireLength;
    public override ContentTraits? Traits => traits;
    public override ReadOnlyMemory<byte> Memory => octets;
    public override string? FilePath => null;

    public override Stream OpenRead() => new MemoryStream(octets, writable: false);
}
