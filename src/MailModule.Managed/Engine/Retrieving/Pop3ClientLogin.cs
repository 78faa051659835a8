using System.Security.Cryptography;
using System.Text;
using MailModule.Engine.Connecting;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Pop3;
using MailModule.Pop3.Client;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// A login of a client: by one way that the host names, or by the best that the server has. A refusal is the server's
/// verdict; what an exchange itself fails by is a fault, with which the connection stays open, save where a server took
/// the login without the proof that it knows the password.
/// </summary>
internal static class Pop3ClientLogin
{
    /// <summary>
    /// In this order: mechanisms that tell nothing of the password; APOP; mechanisms that tell it; USER and PASS. Which
    /// of the last two groups tell it to whoever listens depends on TLS, without which they need a leave.
    /// </summary>
    public static Fault RunBest(Pop3Client client, string user, string password, Pop3LoginLimits limits)
    {
        Fault fault = CheckName(user, password);
        if (fault == Fault.None && !client.TryBegin("CAPA", out fault))
            return fault;
        if (fault == Fault.None && !client.Offered.IsKnown)
            fault = client.Capa();
        if (fault != Fault.None || client.Dialogue is null)
            return fault;
        List<Way> ways = WaysOf(client, user, password, limits, out Fault lack, out string why);
        if (ways.Count == 0)
            return FaultReason.Because(lack, why);
        return TryWays(client, ways, hadToken: () => true);
    }

    /// <param name="name">Null: any that the credentials are good for.</param>
    public static Fault Run(Pop3Client client, string? name, Credentials login)
    {
        client.KeepChallenge("");
        if (!client.TryBegin("AUTH", out Fault fault))
            return fault;
        if (name is null && !client.Offered.IsKnown)
            fault = client.Capa();
        if (fault != Fault.None || client.Dialogue is null)
            return fault;
        var choice = new LoginChoice(login);
        fault = choice.Choose(client.Link, ServerOf(client), name, out List<ISaslMechanism> mechanisms);
        if (fault != Fault.None)
            return fault;
        return TryWays(client, [.. mechanisms.Select(one => Way.Of(client, one))], () => choice.HadToken);
    }

    /// <summary>Says APOP, wherever that goes.</summary>
    public static Fault Apop(Pop3Client client, string user, string password)
    {
        Fault fault = CheckName(user, password);
        if (fault == Fault.None && user.Contains(' ', StringComparison.Ordinal))
            fault = FaultReason.Because(Fault.Argument, "APOP cannot name a user with a blank in it");
        if (fault == Fault.None && !client.TryBegin("APOP", out fault))
            return fault;
        if (fault != Fault.None)
            return fault;
        string stamp = client.Dialogue!.Pop3.Stamp;
        if (stamp.Length == 0)
            return FaultReason.Because(Fault.NotSupported, "the greeting has no stamp for APOP");
        if (!OpenSsl.IsThere)
            return FaultReason.Because(Fault.Tls, OpenSsl.Missing);
        // RFC 1939 §7: MD5 of the stamp with its brackets, and the password behind it
        byte[] digest = MD5.HashData(Encoding.UTF8.GetBytes(stamp + password));
        return client.Say($"APOP {user} {Convert.ToHexStringLower(digest)}");
    }

    private static List<Way> WaysOf(
        Pop3Client client, string user, string password, Pop3LoginLimits limits, out Fault lack, out string why)
    {
        Pop3Dialogue pop3 = client.Dialogue!.Pop3;
        bool mayTell = client.Link.MaySendPassword || limits.HasFlag(Pop3LoginLimits.ClearPassword);
        SaslServer server = ServerOf(client);
        List<ISaslMechanism> sasl = limits.HasFlag(Pop3LoginLimits.NoSasl)
            ? []
            : SaslMechanisms.OfferedBy(server, new Credentials(user, password));
        bool hasStamp = pop3.Stamp.Length > 0 && !limits.HasFlag(Pop3LoginLimits.NoApop);
        bool mayApop = hasStamp && OpenSsl.IsThere && !user.Contains(' ', StringComparison.Ordinal);
        bool mayUser = client.Offered.MayHaveUser && !limits.HasFlag(Pop3LoginLimits.NoUser);
        List<Way> ways = [.. sasl.Where(one => !one.IsClearText).Select(one => Way.Of(client, one))];
        if (mayApop && mayTell)
            ways.Add(new Way("APOP", TellsPassword: false, () => Apop(client, user, password)));
        if (mayTell)
            ways.AddRange(sasl.Where(one => one.IsClearText).Select(one => Way.Of(client, one)));
        if (mayUser && mayTell)
            ways.Add(new Way("USER", TellsPassword: true, () => UserAndPass(client, user, password)));
        bool isForTls = !mayTell && (mayApop || mayUser || sasl.Exists(one => one.IsClearText));
        bool isForDigests = !OpenSsl.IsThere && (hasStamp
            || !limits.HasFlag(Pop3LoginLimits.NoSasl) && SaslMechanisms.LackDigests(server.Offered));
        (lack, why) = isForTls ? (Fault.Tls, LoginChoice.NoTls)
            : isForDigests ? (Fault.Tls, OpenSsl.Missing)
            : (Fault.NotSupported, "the server offers no way to log in that is known here and may be used");
        return ways;
    }

    private static Fault UserAndPass(Pop3Client client, string user, string password)
    {
        Fault fault = client.SayText("USER", user, "user");
        return fault == Fault.None && client.Status == Pop3Status.Ok && client.Dialogue is not null
            ? client.SayText("PASS", password, "password")
            : fault;
    }

    /// <summary>
    /// By the first, and by the next where the server refuses one: it does not know it after all, or has this user's
    /// password for another only. Where it says that the trouble is another ([IN-USE], [SYS/TEMP], [LOGIN-DELAY]), the
    /// next would come to the same. Behind an exchange that it breaks nothing follows.
    /// </summary>
    private static Fault TryWays(Pop3Client client, List<Way> ways, Func<bool> hadToken)
    {
        Pop3Reply? wrong = null;
        bool isPasswordWrong = false;
        for (int i = 0; i < ways.Count; i++)
        {
            // RFC 3206 §6: [AUTH] says that the password itself was wrong, which it is as well by another way that
            // tells it as it is.
            if (isPasswordWrong && ways[i].TellsPassword)
                continue;
            Fault fault = ways[i].Run();
            if (fault == Fault.Argument && !hadToken())
                return client.FailOpen(Fault.Cancelled, ErrorLayer.Host, ClientStage.Auth, "the host gave no token");
            bool isImpossible = fault == Fault.NotSupported || fault == Fault.Argument && client.Dialogue is not null;
            if (isImpossible && i + 1 < ways.Count && client.Dialogue is not null)
                continue; // nothing has been said, or it was taken back
            // Whoever has had enough of wrong passwords has said before that it is one.
            if (fault == Fault.Closed && wrong is not null)
                break;
            if (fault != Fault.None || client.Dialogue is null || client.Status == Pop3Status.Ok)
                return fault;
            Pop3Reply refusal = client.Heard.Reply;
            bool isOfAuth = refusal.HasCode("AUTH");
            if (refusal.Code.Length > 0 && !isOfAuth)
                return Fault.None;
            if (isOfAuth)
                wrong ??= refusal;
            isPasswordWrong |= isOfAuth && ways[i].TellsPassword;
        }
        if (wrong is not null)
            client.Tell(wrong); // that the password is wrong tells more than that a way is not known
        return Fault.None;
    }

    private static Fault Exchange(Pop3Client client, ISaslMechanism mechanism)
    {
        if (!client.TryBegin("AUTH", out Fault fault))
            return fault;
        BlockingPop3 talk = client.Dialogue!;
        var exchange = new Pop3LoginExchange(talk.Pop3, mechanism);
        Pop3LoginStep step = exchange.Begin(talk.Output);
        while (step == Pop3LoginStep.Asked)
        {
            fault = client.Ask(out Pop3Reply? reply);
            if (fault != Fault.None || client.Dialogue is null)
                return fault;
            step = exchange.OnReply(reply!, talk.Output);
        }
        if (step != Pop3LoginStep.Failed)
            return Fault.None;
        bool isTaken = client.Status == Pop3Status.Ok;
        // What cancels an exchange is answered as well (RFC 5034 §4).
        if (talk.Pop3.Awaited > 0)
            fault = client.Ask(out _);
        if (fault != Fault.None)
            return fault;
        return exchange.Fault != Fault.Protocol ? FaultReason.Because(exchange.Fault, exchange.Failure)
            : isTaken ? client.Lose(Fault.Protocol, exchange.Failure)
            : client.FailOpen(Fault.Protocol, ErrorLayer.Protocol, ClientStage.Auth, exchange.Failure);
    }

    private static Fault CheckName(string user, string password)
        => user.Length == 0 || password.Length == 0 ? FaultReason.Because(Fault.Argument, "user or password is empty")
            : user.Any(char.IsControl) || password.AsSpan().ContainsAny('\r', '\n', '\0') ? FaultReason.Because(
                Fault.Argument, "user has a control character, or password CR, LF or NUL in it")
            : Fault.None;

    private static SaslServer ServerOf(Pop3Client client)
        => LoginChoice.ServerOf(client.Link, client.Offered.LoginMechanisms, "pop");

    /// <param name="TellsPassword">As it is; whoever refuses it has seen it.</param>
    private sealed record Way(string Name, bool TellsPassword, Func<Fault> Run)
    {
        public static Way Of(Pop3Client client, ISaslMechanism mechanism) => new(
            mechanism.Name, mechanism.Name is "PLAIN" or "LOGIN", () => Exchange(client, mechanism));
    }
}
