using System.Runtime.InteropServices;
using MailModule.Engine.Retrieving;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary><c>mm_fetch_account</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FetchAccountLayout
{
    private const int Keep = 1, Apop = 2, ClearPassword = 4;
    private const int Opportunistic = 2, Required = 3, Implicit = 4;
    private const int CheckNever = 1, CheckAlways = 2;

    public nuint Size;
    public nint Host;
    public nint User;
    public nint Password;
    public nint Name;
    public int Port;
    public int Tls;
    public int TlsCheck;
    public int Flags;
    public int Most;
    public int TimeoutMilliseconds;

    /// <summary>Reads what the host gives.</summary>
    public static Fault Read(nint pointer, out OutsideMailbox mailbox)
    {
        mailbox = null!;
        var fault = Layout.Read(pointer, out FetchAccountLayout given);
        if (fault != Fault.None || (fault = given.FindProblem()) != Fault.None)
            return fault;
        if ((fault = Text.Read(given.Host, "host", out string host)) != Fault.None
            || (fault = Text.Read(given.User, "user", out string user)) != Fault.None
            || (fault = Text.Read(given.Password, "password", out string password)) != Fault.None
            || (fault = Text.Read(given.Name, "name", out string name)) != Fault.None)
            return fault;
        int port = given.Port > 0 ? given.Port
            : given.Tls == Implicit ? OutsideMailbox.TlsPort : OutsideMailbox.PlainPort;
        mailbox = new OutsideMailbox(host, port, user, password, name)
        {
            Tls = given.Tls switch
            {
                Required => OutsideTls.StartTls,
                Implicit => OutsideTls.Implicit,
                _ => OutsideTls.Opportunistic,
            },
            ChecksCertificate = given.TlsCheck != CheckNever,
            AllowsClearPassword = (given.Flags & ClearPassword) != 0,
            OnlyApop = (given.Flags & Apop) != 0,
            Keeps = (given.Flags & Keep) != 0,
            Most = given.Most,
            Silence = given.TimeoutMilliseconds > 0 ? TimeSpan.FromMilliseconds(given.TimeoutMilliseconds) : null,
        };
        return mailbox.FindProblem() is { } problem ? FaultReason.Because(Fault.Argument, problem) : Fault.None;
    }

    private readonly Fault FindProblem()
    {
        string? problem = Port is < 0 or > 65535 ? "a port is 1 to 65535, or 0"
            : Tls is not (0 or Opportunistic or Required or Implicit) ? "tls has no such value"
            : TlsCheck is < 0 or > CheckAlways ? "tls_check has no such value"
            : (Flags & ~(Keep | Apop | ClearPassword)) != 0 ? "flags has bits that are none of MM_FETCH_..."
            : Most < 0 || TimeoutMilliseconds < 0 ? "most or timeout_ms is below 0"
            : null;
        return problem is null ? Fault.None : FaultReason.Because(Fault.Argument, problem);
    }
}

/// <summary><c>mm_fetch_result</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FetchResultLayout
{
    private const int Texts = 2;

    public nuint Size;
    public nint Account;
    public nint Text;
    public long Sequence;
    public long Began;
    public long Ended;
    public long Next;
    public long Octets;
    public int Found;
    public int Fetched;
    public int Known;
    public int Deleted;
    public int Refused;
    public int Left;
    public int Error;
    public int Stage;

    /// <param name="memory">Has the texts, for <see cref="Abi.Text.Free"/>.</param>
    public static FetchResultLayout Of(FetchResult result, out nint memory)
    {
        Span<nint> texts = stackalloc nint[Texts];
        memory = TextBlock.Allocate([result.Account, result.Text], texts);
        return new FetchResultLayout
        {
            Size = (nuint)sizeof(FetchResultLayout),
            Account = texts[0],
            Text = texts[1],
            Sequence = result.Sequence,
            Began = Times.Of(result.Began),
            Ended = Times.Of(result.Ended),
            Next = Times.Of(result.Next),
            Octets = result.Octets,
            Found = result.Found,
            Fetched = result.Fetched,
            Known = result.Known,
            Deleted = result.Deleted,
            Refused = result.Refused,
            Left = result.Left,
            Error = -(int)result.Fault,
            Stage = (int)result.Stage,
        };
    }
}
