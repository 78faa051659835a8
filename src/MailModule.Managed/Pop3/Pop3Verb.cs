namespace MailModule.Pop3;

/// <summary>The commands of RFC 1939, RFC 2449 (CAPA) and RFC 2595 (STLS).</summary>
internal enum Pop3Verb
{
    Unknown,
    User,
    Pass,
    Quit,
    Stat,
    List,
    Uidl,
    Retr,
    Top,
    Dele,
    Noop,
    Rset,
    Capa,
    Stls,
}
