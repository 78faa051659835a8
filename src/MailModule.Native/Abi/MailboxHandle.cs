using MailModule.Engine.Mailboxes;
using MailModule.Mailbox;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What an <c>mm_mailbox</c> stands for, with the text of its last call. The lock is for hosts that use it from two
/// threads all the same.
/// </summary>
internal sealed unsafe class MailboxHandle
{
    private const int Deleted = 1, Seen = 2, Flagged = 4, Answered = 8;

    private readonly Lock _lock = new();
    private readonly HostMailbox _mailbox;
    private nint _id;
    private bool _isClosed;

    private MailboxHandle(HostMailbox mailbox)
    {
        _mailbox = mailbox;
        Address = HandleTable.Add(this);
    }

    private nint Address { get; }

    /// <param name="mailbox">Owned from now on.</param>
    public static Fault Open(HostMailbox mailbox, out nint handle)
    {
        handle = new MailboxHandle(mailbox).Address;
        if (handle != 0)
            return Fault.None;
        mailbox.Dispose();
        return HandleTable.TooMany;
    }

    /// <summary>The text of the call before ends here.</summary>
    public Fault Use(Func<HostMailbox, Fault> use)
    {
        lock (_lock)
        {
            if (_isClosed)
                return IsClosed;
            Forget();
            return use(_mailbox);
        }
    }

    /// <param name="place">A checked <c>mm_mailbox_message</c>.</param>
    public Fault Write(int index, nint place) => Use(mailbox =>
    {
        var fault = mailbox.Find(index, out var message);
        if (fault != Fault.None)
            return fault;
        _id = Text.Allocate(message!.UniqueId);
        Layout.Write(place, new MailboxMessageLayout
        {
            Id = _id,
            Received = Times.Of(message.Received),
            Octets = message.Octets,
            Length = message.Length,
            Flags = FlagsOf(message),
        });
        return Fault.None;
    });

    public Fault Close()
    {
        lock (_lock)
        {
            if (_isClosed)
                return IsClosed;
            _isClosed = true;
            HandleTable.Remove(Address);
            Forget();
            _mailbox.Dispose();
            return Fault.None;
        }
    }

    private static Fault IsClosed => FaultReason.Because(Fault.Handle, "another thread has closed it");

    private static int FlagsOf(MailboxMessage message)
        => (message.IsDeleted ? Deleted : 0)
            | ((message.Flags & MessageFlags.Seen) != 0 ? Seen : 0)
            | ((message.Flags & MessageFlags.Flagged) != 0 ? Flagged : 0)
            | ((message.Flags & MessageFlags.Answered) != 0 ? Answered : 0);

    private void Forget()
    {
        Text.Free(_id);
        _id = 0;
    }
}
