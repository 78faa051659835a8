using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Spool;

/// <summary>A large message, in a file of its own.</summary>
internal sealed class BodyContent(IDisk disk, string path, long length, long wireLength, ContentTraits? traits)
    : MessageContent
{
    public override long Length => length;
    public override long WireLength => wireLength;
    public override ContentTraits? Traits => traits;
    public override ReadOnlyMemory<byte> Memory => default;
    public override string FilePath => path;

    public override Stream OpenRead()
    {
        Fault fault = disk.Open(path, DiskOpen.Existing, out IDiskFile file);
        return fault == Fault.None ? new BodyStream(file, length)
            : throw ExceptionWords.Unreadable(
                $"the message body {path} cannot be opened: {SystemFault.Describe(fault)}");
    }
}
