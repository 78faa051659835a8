using MailModule.Engine.Connecting;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Sending;

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
