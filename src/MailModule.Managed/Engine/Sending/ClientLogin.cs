using MailModule.Engine.Connecting;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Primitives;
using MailModule.Primitives.Os;
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
        bool hasToken = true;
        var asked = new Credentials(login.User, login.HasPassword ? login.Password : null)
        {
            AuthorizationId = login.AuthorizationId,
            Token = login.Token is not { } token ? null : () =>
            {
                string? given = token();
                hasToken = given is not null;
                return given;
            },
        };
        fault = Choose(client, name, asked, out List<ISaslMechanism> mechanisms);
        if (fault != Fault.None)
            return fault;
        var exchange = new LoginExchange(client.Dialogue!.Smtp, mechanisms);
        fault = Exchange(client, exchange);
        return fault != Fault.None || exchange.Failure is null || client.Dialogue is null
            ? fault
            : Fail(client, exchange.Failure, hasToken);
    }

    private static Fault Choose(
        SmtpClient client, string? name, Credentials login, out List<ISaslMechanism> mechanisms)
    {
        string[] offered = [.. client.Dialogue!.Smtp.Extensions.LoginMechanisms];
        var server = new SaslServer
        {
            Offered = offered,
            EndPointBinding = client.Link.Link.EndPointBinding,
            Host = client.Link.Host,
            Port = client.Link.Port,
        };
        mechanisms = [];
        if (name is null)
            mechanisms = SaslMechanisms.OfferedBy(server, login);
        else if (SaslMechanisms.TryMake(name, login, server, out ISaslMechanism? made, out string why) is var fault
            && fault != Fault.None)
            return FaultReason.Because(fault, why);
        else
            mechanisms.Add(made!);
        bool hasAny = mechanisms.Count > 0;
        if (!client.Link.MaySendPassword)
            mechanisms.RemoveAll(mechanism => mechanism.IsClearText);
        return mechanisms.Count > 0 ? Fault.None
            : hasAny ? FaultReason.Because(
                Fault.Tls, "the password would have to go in clear text: there is no TLS (setting plain_auth)")
            : SaslMechanisms.LackDigests(offered) ? FaultReason.Because(Fault.Tls, OpenSsl.Missing)
            : FaultReason.Because(Fault.NotSupported,
                $"the server offers no mechanism that is known here ({string.Join(' ', offered)})");
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
