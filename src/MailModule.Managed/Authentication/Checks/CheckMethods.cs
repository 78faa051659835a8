namespace MailModule.Authentication.Checks;

/// <summary>What a message is checked by. <see cref="Dmarc"/> judges by what SPF and DKIM say, so that these two are
/// looked at with it.</summary>
[Flags]
public enum CheckMethods
{
    None = 0,
    Spf = 1,
    Dkim = 2,
    Arc = 4,
    Dmarc = 8,
    All = Spf | Dkim | Arc | Dmarc,
}
