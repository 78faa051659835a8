using MailModule.Policy;

namespace MailModule.Engine.Settings;

/// <summary>What settings say of clients, as the rules that sessions go by.</summary>
internal static class ClientSettings
{
    private const long Kilobyte = 1024;

    public static ClientRules RulesOf(SettingValues values) => new()
    {
        Volume = VolumeOf(values),
        Guess = new GuessLimits(
            Seconds(values, Keys.Limits.Tarpit), values.Int(Keys.Limits.RcptErrorsMax),
            values.Int(Keys.Limits.BanThreshold), Seconds(values, Keys.Limits.BanTime)),
        PopLoginLife = values.Flag(Keys.SmtpPopIp) ? Seconds(values, Keys.Limits.PopTime) : TimeSpan.Zero,
        Senders = new SenderRules([.. GrantsOf(values)])
        {
            MustBeOfUser = values.Flag(Keys.SmtpAuthSame),
            KeepsOursFromStrangers = !values.Flag(Keys.UncheckIp),
            RelaysOursAlone = !values.Flag(Keys.SmtpAny),
        },
        HonoursReportFields = values.Flag(Keys.SmtpConform),
    };

    private static VolumeLimits? VolumeOf(SettingValues values)
        => values.Number(Keys.SmtpLTime) == 0
            ? null
            : new VolumeLimits(
                Seconds(values, Keys.SmtpLTime), Octets(values, Keys.SmtpIpLimit),
                Octets(values, Keys.SmtpNetLimit), Octets(values, Keys.SmtpLimit), values.Flag(Keys.NoLimitUs));

    private static IEnumerable<SenderGrant> GrantsOf(SettingValues values)
    {
        foreach (string text in values.List(Keys.Limits.Sender))
            if (SenderGrant.TryParse(text, out SenderGrant grant, out _))
                yield return grant;
    }

    private static TimeSpan Seconds(SettingValues values, Setting row) => TimeSpan.FromSeconds(values.Number(row));

    private static long Octets(SettingValues values, Setting row) => values.Number(row) * Kilobyte;
}
