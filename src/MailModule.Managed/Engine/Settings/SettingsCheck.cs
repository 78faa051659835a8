using System.Net;
using MailModule.Policy;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Settings;

/// <summary>
/// What an operator must know of his settings though nothing in them is wrong: lines for the log, which show no value
/// but a user's name.
/// </summary>
internal static class SettingsCheck
{
    /// <summary>What is to be said when the engine starts.</summary>
    public static IEnumerable<string> AtStart(SettingValues values)
    {
        if (OwnNameWarning.Of(values) is { } name)
            yield return name;
        bool hasParent = values.Text(Keys.UpProxy) is { Length: > 0 };
        bool isParentUsed = values.Flag(Keys.EverUpProxy);
        if (isParentUsed && values.Proxy is null)
            yield return "ever_upproxy is set, but neither upproxy nor proxy: mail goes out without a proxy";
        else if (hasParent && !isParentUsed)
            yield return "upproxy is not used for mail without ever_upproxy";
        else if (hasParent && values.Text(Keys.Proxy) is { Length: > 0 })
            yield return "upproxy is not used: proxy names another";
        if (values.Text(Keys.SmtpProxyUser) is { Length: > 0 } && values.Text(Keys.SmtpProxy) is not { Length: > 0 })
            yield return "smtpproxy_user has no effect without smtpproxy";
        if (values.Flag(Keys.ForwardRun) && !ChildProcess.IsPossible)
            yield return "fwdrun has no effect: commands are not run on this system";
    }

    /// <summary>Why nobody can log in as a user; null if somebody can.</summary>
    public static string? LoginProblem(Account user)
    {
        if (!user.MayReadMail && !user.MaySend)
            return $"nobody can log in as {user.Name}: the user has neither flag P nor S";
        return user.Password.IsEmpty
            ? $"nobody can log in as {user.Name} unless the host vouches for it: the password is empty"
            : null;
    }

    /// <summary>What is to be said of the ports that a server listens on; null if nothing.</summary>
    public static string? ListenerProblem(SettingValues values, IEnumerable<IPEndPoint> inClear)
    {
        IPEndPoint? open = values.PlainAuth == PlainAuth.Always
            ? inClear.FirstOrDefault(endPoint => !IPAddress.IsLoopback(endPoint.Address))
            : null;
        if (open is null)
            return null;
        bool isAll = open.Address.Equals(IPAddress.Any) || open.Address.Equals(IPAddress.IPv6Any);
        return $"plain_auth=always: passwords may come in clear text to port {open.Port} "
            + (isAll ? "of all addresses of this machine" : $"of {open.Address}");
    }
}
