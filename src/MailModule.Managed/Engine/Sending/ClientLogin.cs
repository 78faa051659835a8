using MailModule.Engine.Connecting;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Sending;

/// <summary>
/// A login of a client: by one mechanism that the host names, or by the strongest that the server offers. A refusal is
/// the server's verdict; what the exchange itself fails by is a fault, with which the connection stays open, save where
/// a server took the login without the proof that it knows the password.
/// </summary>
internal static class ClientLogin
{
    /// <param name="name">Null: any that the credentials are good for.</param>
    public static Fault Run(SmtpClient client, string? name, Credentials login)
    {
        client.ForgetChallenge();
        if (!client.TryBegin("AUTH", out Fault fault))
            return fault;
        var choice = new LoginChoice(login);
        SaslServer server = LoginChoice.ServerOf(
            client.Link, [.. client.Dialogue!.Smtp.Extensions.LoginMechanisms], "smtp");
        fault = choice.Choose(client.Link, server, name, out List<ISaslMechanism> mechanisms);
        if (fault != Fault.None)
            return fault;
        var exchange = new LoginExchange(client.Dialogue.Smtp, mechanisms);
        fault = Exchange(client, exchange);
        return fault != Fault.None || exchange.Failure is null || client.Dialogue is null
            ? fault
            : Fail(client, exchange.Failure, choice.HadToken);
    }

    /// <summary>None: the login has succeeded, or failed as it says itself.</summary>
    private static Fault Exchange(SmtpClient client, LoginExchange exchange)
    {
        BlockingDialogue dialogue = client.Dialogue!;
        LoginStep step = exchange.Begin(dialogue.Output);
        while (step is LoginStep.Asked or LoginStep.Challenged)
        {
            if (step == LoginStep.Challenged)
            {
                exchange.ComputeResponse();
                step = exchange.SendResponse(dialogue.Output);
                continue;
            }
            Fault fault = client.Ask(out Reply? reply);
            if (fault != Fault.None || client.Dialogue is null)
                return fault;
            step = exchange.OnReply(reply!, dialogue.Output);
        }
        // What cancels the exchange is answered as well (RFC 4954 §4).
        return dialogue.Smtp.AwaitsReply ? client.Ask(out _) : Fault.None;
    }

    private static Fault Fail(SmtpClient client, DialogueEnd failure, bool hasToken)
    {
        if (failure.Fault is Fault.RefusedPermanent or Fault.RefusedTemporary)
        {
            if (client.Code != failure.Reply!.Code)
                client.Tell(failure.Reply); // another mechanism's refusal told more
            return Fault.None;
        }
        if (failure is { Fault: Fault.Protocol, Reply.Code: 235 })
            return client.Lose(Fault.Protocol, failure.Text);
        return failure.Fault switch
        {
            Fault.Argument when !hasToken => client.FailOpen(
                Fault.Cancelled, ErrorLayer.Host, ClientStage.Auth, "the host gave no token"),
            Fault.Protocol => client.FailOpen(
                Fault.Protocol, ErrorLayer.Protocol, ClientStage.Auth, failure.Text),
            _ => FaultReason.Because(failure.Fault, failure.Text),
        };
    }
}
