using MailModule.Smtp.Client;

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

/// <summary>A dialogue's stages among those of a client.</summary>
internal static class ClientStages
{
    public static ClientStage Of(SmtpStage stage) => stage switch
    {
        SmtpStage.Greeting => ClientStage.Greeting,
        SmtpStage.Hello => ClientStage.Hello,
        SmtpStage.Tls => ClientStage.Tls,
        SmtpStage.Auth => ClientStage.Auth,
        SmtpStage.Mail => ClientStage.Mail,
        SmtpStage.Rcpt => ClientStage.Rcpt,
        SmtpStage.Data => ClientStage.Data,
        SmtpStage.Content => ClientStage.Content,
        SmtpStage.EndOfData => ClientStage.EndOfData,
        _ => ClientStage.Other,
    };
}
