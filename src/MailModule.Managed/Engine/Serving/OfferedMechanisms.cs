using MailModule.Engine.Settings;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Serving;

/// <summary>Which mechanisms a server offers, as far as that does not depend on the connection.</summary>
internal static class OfferedMechanisms
{
    /// <summary>
    /// Those that each user can log in by. One that only some can is offered where the settings name it: programs take
    /// the strongest that is offered, and one whose user it is of no use for would not get in. For users of a host that
    /// judges logins, and gives no passwords, that holds too.
    /// </summary>
    /// <param name="right">That a user has to have.</param>
    /// <param name="hostJudges">The host may be asked about logins; then tokens can be judged.</param>
    /// <param name="hostHasSecrets">The host is asked for passwords.</param>
    public static MechanismSet Of(SettingValues values, AccountFlags right, bool hostJudges, bool hostHasSecrets)
    {
        MechanismSet named = LoginKeys.NamedBy(values);
        (MechanismSet each, MechanismSet some) = values.Accounts.MechanismsOf(right);
        MechanismSet usable = MechanismSet.OfPasswords | MechanismSet.External
            | (hostHasSecrets ? MechanismSet.OfDigests : named != MechanismSet.None ? some : hostJudges ? 0 : each)
            | (hostJudges && values.Flag(Keys.Logins.OAuth) ? MechanismSet.OfTokens : 0);
        if (!OpenSsl.IsThere)
            usable &= ~MechanismSet.OfDigests;
        return named == MechanismSet.None ? usable : usable & named;
    }
}
