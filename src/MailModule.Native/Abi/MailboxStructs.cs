using System.Runtime.InteropServices;

namespace MailModule.Native.Abi;

/// <summary><c>mm_mailbox_message</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MailboxMessageLayout
{
    public nuint Size;
    public nint Id;
    public long Received;
    public long Octets;
    public long Length;
    public int Flags;
    public int Reserved;
}

/// <summary><c>mm_mailbox_delivery</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MailboxDeliveryLayout
{
    public nuint Size;
    public nint Name;
    public nint Folder;
    public nint From;
    public nint Message;
    public nuint MessageSize;
    public nint Path;
    public nint Read;
    public nint ReadUser;
}

/// <summary><c>mm_mailbox_event</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MailboxEventLayout
{
    public nuint Size;
    public long Sequence;
    public long Octets;
    public nint Name;
    public nint Folder;
    public nint Id;
    public nint Sender;
}
