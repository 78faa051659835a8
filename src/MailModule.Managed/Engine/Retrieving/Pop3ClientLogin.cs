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
    /// In the order of <see cref="LoginWays.AddAll"/>. What tells the password, and APOP, needs TLS or a leave.
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
        var login = new Credentials(user, password);
        LoginWays ways = WaysOf(client, login, limits, out Fault lack, out string why);
        if (ways.IsEmpty)
            return FaultReason.Because(lack, why);
        return TryWays(client, ways, login, hadToken: () => true);
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
        LoginWays ways = NewWays(client);
        ways.Add(mechanisms);
        return TryWays(client, ways, login, () => choice.HadToken);
    }

    /// <summary>Says APOP, wherever that goes.</summary>
    public static Fault Apop(Pop3Client client, string user, string password)
    {
        Fault fault = CheckName(user, password);
        if (fault == Fault.None && !ApopCommand.CanName(user))
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
        return client.Say(ApopCommand.Of(stamp, user, password));
    }

    private static LoginWays WaysOf(
        Pop3Client client, Credentials login, Pop3LoginLimits limits, out Fault lack, out string why)
    {
        Pop3Dialogue pop3 = client.Dialogue!.Pop3;
        bool mayTell = client.Link.MaySendPassword || limits.HasFlag(Pop3LoginLimits.ClearPassword);
        SaslServer server = ServerOf(client);
        List<ISaslMechanism> sasl = limits.HasFlag(Pop3LoginLimits.NoSasl)
            ? []
            : SaslMechanisms.OfferedBy(server, login);
        bool hasStamp = pop3.Stamp.Length > 0 && !limits.HasFlag(Pop3LoginLimits.NoApop);
        bool mayApop = hasStamp && ApopCommand.IsPossible(pop3.Stamp, login.User);
        bool mayUser = client.Offered.MayHaveUser && !limits.HasFlag(Pop3LoginLimits.NoUser);
        LoginWays ways = NewWays(client);
        ways.AddAll(sasl, mayApop, mayUser, mayTell);
        bool isForTls = !mayTell && (mayApop || mayUser || sasl.Exists(one => one.IsClearText));
        bool isForDigests = !OpenSsl.IsThere && (hasStamp
            || !limits.HasFlag(Pop3LoginLimits.NoSasl) && SaslMechanisms.LackDigests(server.Offered));
        (lack, why) = isForTls ? (Fault.Tls, LoginChoice.NoTls)
            : isForDigests ? (Fault.Tls, OpenSsl.Missing)
            : (Fault.NotSupported, "the server offers no way to log in that is known here and may be used");
        return ways;
    }

    private static LoginWays NewWays(Pop3Client client) => new(client.Offered.Has("AUTH-RESP-CODE"));

    /// <param name="isTried">The password was told, or a proof of it, before the last answer.</param>
    private static Fault Try(Pop3Client client, Pop3LoginWay way, Credentials login, out bool isTried)
    {
        if (way.Mechanism is { } mechanism)
            return Exchange(client, mechanism, out isTried);
        isTried = way.IsApop;
        return way.IsApop
            ? Apop(client, login.User, login.Password)
            : UserAndPass(client, login, out isTried);
    }

    private static Fault UserAndPass(Pop3Client client, Credentials login, out bool isTried)
    {
        Fault fault = client.SayText("USER", login.User, "user");
        isTried = fault == Fault.None && client.Status == Pop3Status.Ok && client.Dialogue is not null;
        return isTried ? client.SayText("PASS", login.Password, "password") : fault;
    }

    /// <summary>
    /// By the first, and by another where the server refuses one: it does not know it after all, or has this user's
    /// password for another only (<see cref="LoginWays"/>). Behind an exchange that it breaks nothing follows.
    /// </summary>
    private static Fault TryWays(Pop3Client client, LoginWays ways, Credentials login, Func<bool> hadToken)
    {
        while (ways.Next() is { } way)
        {
            Fault fault = Try(client, way, login, out bool isTried);
            if (fault == Fault.Argument && !hadToken())
                return client.FailOpen(Fault.Cancelled, ErrorLayer.Host, ClientStage.Auth, "the host gave no token");
            bool isImpossible = fault == Fault.NotSupported || fault == Fault.Argument && client.Dialogue is not null;
            if (isImpossible && !ways.IsEmpty && client.Dialogue is not null)
                continue; // nothing has been said, or it was taken back
            // Whoever has had enough of wrong passwords has said before that it is one.
            if (fault == Fault.Closed && ways.Refusal is not null)
                break;
            if (fault != Fault.None || client.Dialogue is null || client.Status == Pop3Status.Ok)
                return fault;
            ways.Refused(client.Heard.Reply, isTried);
        }
        if (ways.Refusal is { } refusal)
            client.Tell(refusal);
        return Fault.None;
    }

    private static Fault Exchange(Pop3Client client, ISaslMechanism mechanism, out bool isTried)
    {
        isTried = false;
        if (!client.TryBegin("AUTH", out Fault fault))
            return fault;
        BlockingPop3 talk = client.Dialogue!;
        var exchange = new Pop3LoginExchange(talk.Pop3, mechanism);
        Pop3LoginStep step = exchange.Begin(talk.Output);
        while (step == Pop3LoginStep.Asked)
        {
            isTried = exchange.IsTried;
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
}
