namespace MailModule.Pop3.Server;

/// <summary>How a POP3 step came out. A text is what follows +OK or -ERR; null for the ordinary one.</summary>
internal readonly record struct Pop3Verdict(Pop3VerdictKind Kind, string? Text = null)
{
    public static readonly Pop3Verdict Accept = new(Pop3VerdictKind.Accept);
    /// <summary>For a message whose size is not known, so that none is told (RFC 1939 §5 asks for none).</summary>
    public static readonly Pop3Verdict WithoutSize = new(Pop3VerdictKind.Accept, "message follows");
    public static readonly Pop3Verdict Pending = new(Pop3VerdictKind.Pending);
    /// <summary>For a login: the maildrop is another session's (RFC 2449 §8.1.2).</summary>
    public static readonly Pop3Verdict InUse =
        new(Pop3VerdictKind.Refuse, "[IN-USE] the mailbox is in use by another session");
    /// <summary>Something of ours does not work just now (RFC 3206 §4).</summary>
    public static readonly Pop3Verdict Temporary =
        new(Pop3VerdictKind.Refuse, "[SYS/TEMP] not possible now, try again later");
    /// <summary>There is no memory for what is asked for; after a login the session ends.</summary>
    public static readonly Pop3Verdict NoMemory =
        new(Pop3VerdictKind.Close, "[SYS/TEMP] not enough memory, try again later");
    /// <summary>For a login: the last one of the user was too short a time ago (RFC 2449 §8.1.1).</summary>
    public static readonly Pop3Verdict TooEarly =
        new(Pop3VerdictKind.Refuse, "[LOGIN-DELAY] too soon after the last login, try again later");
    public static Pop3Verdict Refuse(string? text = null) => new(Pop3VerdictKind.Refuse, text);
    public static Pop3Verdict Close() => new(Pop3VerdictKind.Close);
}

/// <summary>The kinds of verdict.</summary>
internal enum Pop3VerdictKind
{
    Accept,
    Refuse,
    /// <summary>Refuse and close.</summary>
    Close,
    /// <summary><see cref="Pop3Session.Answer"/> will say, from any thread.</summary>
    Pending,
    /// <summary>Of a login: accepted, and the session goes on at another server.</summary>
    PassedOn,
}
