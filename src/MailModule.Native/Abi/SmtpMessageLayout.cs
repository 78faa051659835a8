using System.Runtime.InteropServices;

namespace MailModule.Native.Abi;

/// <summary><c>mm_smtp_message</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SmtpMessageLayout
{
    public nuint Size;
    public nint From;
    public nint Parameters;
    public nint To;
    public nint ToParameters;
    public nuint Recipients;
    public nint Content;
    public nuint ContentSize;
    public nint Path;
    public nint Read;
    public nint User;
}
