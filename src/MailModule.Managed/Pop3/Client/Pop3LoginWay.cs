using MailModule.Mail.Logins;

namespace MailModule.Pop3.Client;

/// <summary>A way to log in.</summary>
/// <param name="Mechanism">By AUTH; null: APOP, or USER and PASS.</param>
internal sealed record Pop3LoginWay(ISaslMechanism? Mechanism, bool IsApop = false)
{
    public static readonly Pop3LoginWay Apop = new(null, IsApop: true);
    public static readonly Pop3LoginWay UserAndPass = new(null, IsApop: false);

    /// <summary>As it is: whoever refuses it has seen it.</summary>
    public bool TellsPassword => Mechanism is null ? !IsApop : Pop3LoginExchange.TellsPassword(Mechanism);
}
