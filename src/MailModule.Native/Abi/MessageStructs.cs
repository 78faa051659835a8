using System.Runtime.InteropServices;

namespace MailModule.Native.Abi;

// The header's structures for messages that are read and made, as in Structs.

/// <summary><c>mm_message_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MessageOptionsLayout
{
    public nuint Size;
    public nuint MaxHeader;
    public int MaxParts;
    public int MaxDepth;
    public int MaxParameters;
    public int Flags;
}

/// <summary><c>mm_part</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PartLayout
{
    public nuint Size;
    public long Offset;
    public long Octets;
    public int Parent;
    public int Children;
    public int FirstChild;
    public int Next;
    public int Depth;
    public int Flags;
    public nint Type;
    public nint Charset;
    public nint Encoding;
    public nint Disposition;
    public nint FileName;
    public nint SafeName;
    public nint ContentId;
    public nint Description;
}

/// <summary><c>mm_field</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FieldLayout
{
    public nuint Size;
    public nint Raw;
    public nuint RawSize;
    public nint Name;
    public nint Value;
    public nint Text;
}

/// <summary><c>mm_address</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AddressLayout
{
    public nuint Size;
    public nint Address;
    public nint Name;
    public nint Group;
}

/// <summary><c>mm_parameter</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ParameterLayout
{
    public nuint Size;
    public nint Name;
    public nint Value;
}

/// <summary><c>mm_attachment</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttachmentLayout
{
    public nuint Size;
    public nint Name;
    public nint Type;
    public nint ContentId;
    public nint Content;
    public nuint ContentSize;
    public nint Path;
    public nint Read;
    public nint User;
}
