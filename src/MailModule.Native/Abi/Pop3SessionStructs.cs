using System.Runtime.InteropServices;

namespace MailModule.Native.Abi;

/// <summary><c>mm_pop3_server_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Pop3ServerOptionsLayout
{
    public nuint Size;
    public nint Addresses;
    public int Port;
    public int MaxSessions;
    public int Tls;
    public int Reserved;
}

/// <summary><c>mm_session_message</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SessionMessageLayout
{
    public nuint Size;
    public nint Id;
    public nint Data;
    public long Octets;
    public int Number;
    public int Lines;
}

/// <summary><c>mm_pop3_server_handlers</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Pop3ServerHandlersLayout
{
    public nuint Size;
    public nint Connect;
    public nint Capa;
    public nint Auth;
    public nint Secret;
    public nint Open;
    public nint Retr;
    public nint Read;
    public nint Dele;
    public nint Rset;
    public nint Remove;
    public nint Update;
    public nint Noop;
    public nint Unknown;
    public nint Timeout;
    public nint Error;
    public nint Close;
}
