namespace MailModule.Engine.Connecting;

/// <summary>
/// What a client was at when something failed, in the order of the protocol. The C edge gives the numbers as they are.
/// </summary>
public enum ClientStage
{
    None = 0,
    Resolve = 1,
    Connect = 2,
    Greeting = 3,
    Hello = 4,
    Tls = 5,
    Auth = 6,
    Mail = 7,
    Rcpt = 8,
    Data = 9,
    Content = 10,
    EndOfData = 11,
    Other = 12,
}
