using System.Runtime.InteropServices;

namespace MailModule.Native.Abi;

/// <summary><c>mm_smtp_server_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SmtpServerOptionsLayout
{
    public nuint Size;
    public nint Addresses;
    public int Port;
    public int MaxSessions;
    public int Protocol;
    public int Tls;
}

/// <summary><c>mm_session_login</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SessionLoginLayout
{
    public nuint Size;
    public nint Mechanism;
    public nint User;
    public nint Identity;
    public nint Password;
    public nint Token;
    public nint Certificate;
    public nuint PasswordLength;
}

/// <summary><c>mm_session_mail</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SessionMailLayout
{
    public nuint Size;
    public nint Verb;
    public nint Address;
    public nint LocalPart;
    public nint Domain;
    public nint Parameters;
    public nint EnvelopeId;
    public long DeclaredSize;
    public int EightBit;
    public int Utf8;
}

/// <summary><c>mm_session_rcpt</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SessionRcptLayout
{
    public nuint Size;
    public nint Address;
    public nint LocalPart;
    public nint Domain;
    public nint Route;
    public nint Parameters;
    public nint Original;
    public int Notify;
    public int Reserved;
}

/// <summary><c>mm_smtp_server_handlers</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SmtpServerHandlersLayout
{
    public nuint Size;
    public nint Connect;
    public nint Helo;
    public nint Ehlo;
    public nint Auth;
    public nint Secret;
    public nint Mail;
    public nint Domain;
    public nint Lookup;
    public nint Rcpt;
    public nint Data;
    public nint Chunk;
    public nint Message;
    public nint Vrfy;
    public nint Expn;
    public nint Help;
    public nint Noop;
    public nint Rset;
    public nint Turn;
    public nint Unknown;
    public nint Timeout;
    public nint Error;
    public nint Close;
}

/// <summary><c>mm_session_info</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SessionInfoLayout
{
    public nuint Size;
    public nint Client;
    public nint ConnectedFrom;
    public nint Server;
    public nint Helo;
    public nint Protocol;
    public nint Tls;
    public nint TlsName;
    public nint Certificate;
    public nint User;
    public nint Mechanism;
    public long Began;
    public int ClientPort;
    public int ServerPort;
    public int Trusted;
    public int Messages;
}

/// <summary><c>mm_session_check</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SessionCheckLayout
{
    public nuint Size;
    public nint Kind;
    public nint Name;
    public nint Answer;
    public nint Reason;
    public int Result;
    public int Reserved;
}

/// <summary><c>mm_smtp_stepped_options</c>, and <c>mm_pop3_stepped_options</c>, where the last is reserved.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SteppedOptionsLayout
{
    public nuint Size;
    public nint Client;
    public nint Server;
    public nint Tls;
    public nint Wake;
    public nint User;
    public int ClientPort;
    public int ServerPort;
    public int OfferTls;
    public int Last;
}
