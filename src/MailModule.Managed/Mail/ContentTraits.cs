namespace MailModule.Mail;

/// <summary>What a content asks of a host beyond the least that RFC 5321 asks.</summary>
[Flags]
internal enum ContentTraits : byte
{
    None = 0,

    /// <summary>There is an octet above 127 in it (RFC 6152).</summary>
    EightBit = 1,

    /// <summary>A line is longer than mail may have.</summary>
    LongLines = 2,
}
