using System.Globalization;

namespace MailModule.Engine.Settings;

/// <summary>
/// A mailbox elsewhere whose mail is fetched: <c>fetch=host[:port];user;password;localuser;seconds[;options]</c>.
/// Immutable. No text but that of the setting shows the password.
/// </summary>
/// <param name="Seconds">From the end of a look to the next; 0: only when it is asked for.</param>
internal sealed record FetchSetting(
    HostAddress Server, string User, string Password, string LocalUser, int Seconds)
{
    private const int LongestWord = 255, LongestWait = 31_536_000, MostMessages = 1_000_000;
    private const string Form = "host[:port];user;password;localuser;seconds[;options]";

    /// <summary>TLS from the first octet.</summary>
    public bool IsTls { get; private init; }

    /// <summary>TLS by STLS, or no login.</summary>
    public bool NeedsStls { get; private init; }

    public bool Keeps { get; private init; }
    public bool OnlyApop { get; private init; }

    /// <summary>The password may go in clear text.</summary>
    public bool AllowsClearPassword { get; private init; }

    public bool ChecksCertificate { get; private init; } = true;

    /// <summary>Messages of one look at most; 0: all.</summary>
    public int Most { get; private init; }

    public static bool TryParse(string text, out FetchSetting setting, out string error)
    {
        setting = null!;
        string[] parts = text.Split(';');
        error = parts.Length is not (5 or 6) ? $"not {Form}"
            : !HostAddress.TryParse(parts[0], out _) ? "the host is not host or host:port"
            : !IsWord(parts[1]) || !IsWord(parts[2]) ? "user and password are of 1 to 255 characters"
            : parts[3].Length == 0 ? "there is no local user"
            : !TryParseNumber(parts[4], 0, LongestWait, out _) ? $"the seconds are not from 0 to {LongestWait}"
            : "";
        if (error.Length > 0)
            return false;
        _ = HostAddress.TryParse(parts[0], out HostAddress server);
        _ = TryParseNumber(parts[4], 0, LongestWait, out int seconds);
        setting = new FetchSetting(server, parts[1], parts[2], parts[3], seconds);
        if (parts.Length == 5 || TryAddOptions(ref setting, parts[5]))
            return true;
        error = "the options are tls or stls, noverify, clear, apop, keep and max=N, commas between";
        return false;
    }

    /// <summary>What <c>fetch</c> of the same mailbox replaces: host, port and user there.</summary>
    public static string NameOf(string text)
    {
        if (!TryParse(text, out FetchSetting setting, out _))
            return text;
        int port = setting.Server.Port is 0 or 995 ? 110 : setting.Server.Port;
        string host = ProxyHosts.FormOf(setting.Server.Host).ToLowerInvariant();
        return string.Create(CultureInfo.InvariantCulture, $"{host}\n{port}\n{setting.User}");
    }

    /// <summary>Whether a text can be a user's name or a password.</summary>
    public static bool IsWord(string text) => text.Length is > 0 and <= LongestWord && !text.Any(char.IsControl);

    private static bool TryAddOptions(ref FetchSetting setting, string text)
    {
        foreach (string word in text.Split(',', ' '))
        {
            FetchSetting? with = word switch
            {
                "" => setting,
                "tls" => setting with { IsTls = true },
                "stls" => setting with { NeedsStls = true },
                "noverify" => setting with { ChecksCertificate = false },
                "clear" => setting with { AllowsClearPassword = true },
                "apop" => setting with { OnlyApop = true },
                "keep" => setting with { Keeps = true },
                _ => word.StartsWith("max=", StringComparison.Ordinal)
                    && TryParseNumber(word[4..], 1, MostMessages, out int most) ? setting with { Most = most } : null,
            };
            if (with is null)
                return false;
            setting = with;
        }
        return !setting.IsTls || !setting.NeedsStls;
    }

    private static bool TryParseNumber(string text, int least, int most, out int number)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number >= least && number <= most;

    /// <summary>Whose password it is must not come into a text.</summary>
    public override string ToString() => nameof(FetchSetting);
}
