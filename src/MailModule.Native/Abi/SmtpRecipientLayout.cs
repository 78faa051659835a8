using System.Runtime.InteropServices;

namespace MailModule.Native.Abi;

/// <summary><c>mm_smtp_recipient</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SmtpRecipientLayout
{
    public nuint Size;
    public nint Status;
    public nint Reply;
    public int Error;
    public int Code;
    public int Stage;
    public int MaybeTaken;
}
