using MailModule.Engine.Mailboxes;

namespace MailModule.Native.Abi;

/// <summary>
/// The host's callback for mail that has come into mailboxes. That calls do not overlap, and that none comes after
/// another was set, is the engine's part.
/// </summary>
internal sealed unsafe class MailboxEventCallback(nint callback, nint user)
{
    private const int Texts = 4;

    public void Invoke(MailboxEvent happened)
    {
        Span<nint> texts = stackalloc nint[Texts];
        nint memory = TextBlock.Allocate(
            [happened.User, happened.Folder, happened.UniqueId, happened.Sender.Text], texts);
        var layout = new MailboxEventLayout
        {
            Size = (nuint)sizeof(MailboxEventLayout),
            Sequence = happened.Sequence,
            Octets = happened.Octets,
            Name = texts[0],
            Folder = texts[1],
            Id = texts[2],
            Sender = texts[3],
        };
        using (Callbacks.Enter())
            ((delegate* unmanaged[Cdecl]<MailboxEventLayout*, nint, void>)callback)(&layout, user);
        Text.Free(memory);
    }
}
