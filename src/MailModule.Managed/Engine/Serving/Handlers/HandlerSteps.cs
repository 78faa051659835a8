namespace MailModule.Engine.Serving.Handlers;

/// <summary>The steps of a session that a table of handlers can have.</summary>
[Flags]
public enum HandlerSteps
{
    None = 0,
    Connect = 1 << 0,
    Helo = 1 << 1,
    Ehlo = 1 << 2,
    Auth = 1 << 3,
    Secret = 1 << 4,
    /// <summary>MAIL, SEND, SOML and SAML.</summary>
    Mail = 1 << 5,
    Domain = 1 << 6,
    Lookup = 1 << 7,
    Rcpt = 1 << 8,
    Data = 1 << 9,
    Chunk = 1 << 10,
    Message = 1 << 11,
    Verify = 1 << 12,
    Expand = 1 << 13,
    Help = 1 << 14,
    Noop = 1 << 15,
    Reset = 1 << 16,
    Turn = 1 << 17,
    Unknown = 1 << 18,
    Timeout = 1 << 19,
    Error = 1 << 20,
    Close = 1 << 21,
    All = (1 << 22) - 1,
}
