namespace MailModule.Pop3;

/// <summary>How an answer begins (RFC 1939 §3; RFC 5034 §4). The C edge gives the numbers as they are.</summary>
public enum Pop3Status
{
    /// <summary>There is no answer.</summary>
    None = 0,
    /// <summary>"+OK".</summary>
    Ok = 1,
    /// <summary>"-ERR".</summary>
    Err = 2,
    /// <summary>"+" alone: a login goes on.</summary>
    Challenge = 3,
}
