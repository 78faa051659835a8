using System.Runtime.InteropServices;
using MailModule.Delivery.Queue;

namespace MailModule.Native.Abi;

// The header's structures, member by member. Each begins with its size; Layout reads and writes them.

/// <summary><c>mm_send_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SendOptionsLayout
{
    public nuint Size;
    public int Route;
    public int Port;
    public int Tls;
    public int TlsCheck;
    public int TimeoutMilliseconds;
    public int ReturnContent;
    public nint Host;
    public nint UserName;
    public nint Password;
    public nint HelloName;
    public nint EnvelopeId;
    public nint OnEvent;
    public nint User;
}

/// <summary><c>mm_send_result</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SendResultLayout
{
    public nuint Size;
    public nint Address;
    public nint Status;
    public nint Reply;
    public nint Host;
    public nint HostAddress;
    public nint Tls;
    public nint QueueId;
    public int State;
    public int Error;
    public int ReplyCode;
    public int Attempts;
    public int TlsChecked;
    public int MaybeTaken;
}

/// <summary><c>mm_mail</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MailLayout
{
    public nuint Size;
    public nint From;
    public nint To;
    public nint Cc;
    public nint Bcc;
    public nint Subject;
    public nint Text;
    public nint Message;
    public nuint MessageSize;
    public nint Path;
    public nint Read;
    public nint ReadUser;
}

/// <summary><c>mm_send_event</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SendEventLayout
{
    public nuint Size;
    public long Octets;
    public int Recipient;
    public int State;
    public int Error;
    public int ReplyCode;
}

/// <summary><c>mm_queue_counts</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct QueueCountsLayout
{
    public nuint Size;
    public long Messages;
    public long Recipients;
    public long Ready;
    public long Active;
    public long Deferred;
    public long Held;
    public long Failed;

    public static QueueCountsLayout Of(QueueCounts counts) => new()
    {
        Messages = counts.Messages,
        Recipients = counts.Recipients,
        Ready = counts.Ready,
        Active = counts.Active,
        Deferred = counts.Deferred,
        Held = counts.Held,
        Failed = counts.Failed + counts.Relayed,
    };
}

/// <summary><c>mm_queue_message</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct QueueMessageLayout
{
    public nuint Size;
    public long Received;
    public long Expires;
    public long Length;
    public nint Id;
    public nint Sender;
    public int Recipients;
    public int Open;
}

/// <summary><c>mm_queue_recipient</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct QueueRecipientLayout
{
    public nuint Size;
    public long LastAttempt;
    public long NextAttempt;
    public nint Address;
    public nint Status;
    public nint Reply;
    public nint Host;
    public int State;
    public int Error;
    public int ReplyCode;
    public int Attempts;
}

/// <summary><c>mm_queue_event</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct QueueEventLayout
{
    public nuint Size;
    public long Sequence;
    public long Time;
    public long NextAttempt;
    public nint Id;
    public nint Sender;
    public nint Recipient;
    public nint Status;
    public nint Reply;
    public nint Host;
    public nint Tls;
    public int Kind;
    public int Error;
    public int ReplyCode;
    public int Attempts;
    public long MailboxOctets;
    public long QuotaOctets;
    public long MailboxMessages;
    public long QuotaMessages;
}

/// <summary><c>mm_transport</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TransportLayout
{
    public nuint Size;
    public nint Read;
    public nint Write;
    public nint Wait;
    public nint Interrupt;
    public nint Close;
    public nint User;
    public nint Socket;
    public int IsSecure;
    public int Reserved;
}

/// <summary><c>mm_certificate</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CertificateLayout
{
    public nuint Size;
    public nint Host;
    public nint Subject;
    public nint Issuer;
    public nint Names;
    public nint ProblemText;
    public nint Chain;
    public nint ChainLengths;
    public long NotBefore;
    public long NotAfter;
    public int ChainCount;
    public int Problems;
}

/// <summary><c>mm_error_detail</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ErrorDetailLayout
{
    public nuint Size;
    public nint Message;
    public nint Host;
    public nint Peer;
    public int Code;
    public int Layer;
    public int Stage;
    public int SystemError;
    public int TlsAlert;
    public int Certificate;
    public int Retry;
    public int Reserved;
}

/// <summary><c>mm_smtp_options</c>, and <c>mm_pop3_options</c>, which has the same members.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClientOptionsLayout
{
    public nuint Size;
    public int ConnectMilliseconds;
    public int SendMilliseconds;
    public int ReceiveMilliseconds;
    public int TlsCheck;
    public nint Proxy;
    public nint Certificate;
    public nint Key;
    public nint OnCertificate;
    public nint OnTrace;
    public nint User;
}

/// <summary><c>mm_smtp_reply</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SmtpReplyLayout
{
    public nuint Size;
    public nint Text;
    public nint Raw;
    public nint Status;
    public nint Challenge;
    public int Code;
    public int Lines;
    public int Due;
    public int Reserved;
}
