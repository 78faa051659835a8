namespace MailModule.Smtp;

/// <summary>What is wrong with the argument of MAIL or RCPT.</summary>
internal enum PathFault
{
    None,
    /// <summary>No FROM: or TO:, or behind it neither a path in brackets nor an address.</summary>
    Syntax,
    /// <summary>The path has brackets, but what is in them is no address.</summary>
    Address,
    /// <summary>A parameter is malformed, given twice or has a wrong value.</summary>
    Parameter,
    /// <summary>A parameter that no extension of ours defines (RFC 5321 §4.1.1.11: 555).</summary>
    UnknownParameter,
    /// <summary>BODY=BINARYMIME, which is not offered (RFC 3030 §3).</summary>
    Binary,
    /// <summary>The address is not ASCII and SMTPUTF8 was not given (RFC 6531 §3.5).</summary>
    NeedsUtf8,
}
