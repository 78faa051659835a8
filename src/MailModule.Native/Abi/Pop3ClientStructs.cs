using System.Runtime.InteropServices;

namespace MailModule.Native.Abi;

// The header's structures of the POP3 client, member by member. Each begins with its size; Layout writes them.

/// <summary><c>mm_pop3_entry</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Pop3EntryLayout
{
    public nuint Size;
    public long Octets;
    public nint Id;
    public int Number;
    public int Reserved;
}

/// <summary><c>mm_pop3_reply</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Pop3ReplyLayout
{
    public nuint Size;
    public nint Text;
    public nint Raw;
    public nint Code;
    public nint Challenge;
    public nint Stamp;
    public int Status;
    public int Due;
}
