using System.Net;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Settings;

/// <summary>Ports that cannot be had.</summary>
internal static class PortRisks
{
    private static readonly Setting[] s_ports =
        [
            Keys.SmtpPort, Keys.SmtpsPort, Keys.SubmissionPort, Keys.SubmissionsPort, Keys.LmtpPort, Keys.PopPort,
            Keys.Pop3sPort,
        ];

    public static void Find(SettingValues values, ConfigFindings findings)
    {
        foreach (Setting row in s_ports)
            if (values.Int(row) is > 0 and var port && !LowPorts.MayUse(port))
                findings.Warn(
                    row, $"port {port} needs a right that the user who asks has not: root's, CAP_NET_BIND_SERVICE, or "
                        + "a lower net.ipv4.ip_unprivileged_port_start");
        if (values.Int(Keys.LmtpPort) == 25)
            findings.Add(ConfigSeverity.Error, Keys.LmtpPort, "LMTP is not for port 25, where others speak SMTP");
        for (int i = 0; i < s_ports.Length; i++)
            for (int j = i + 1; j < s_ports.Length; j++)
                if (values.Int(s_ports[i]) > 0 && values.Int(s_ports[i]) == values.Int(s_ports[j])
                    && MayMeet(values, BindOf(s_ports[i]), BindOf(s_ports[j])))
                    findings.Add(
                        ConfigSeverity.Error, s_ports[j],
                        $"port {values.Int(s_ports[j])} is that of {s_ports[i].Key} too: one of them cannot listen");
    }

    private static Setting BindOf(Setting port)
        => port == Keys.PopPort || port == Keys.Pop3sPort ? Keys.PopBind : Keys.SmtpBind;

    private static bool MayMeet(SettingValues values, Setting one, Setting other)
    {
        IReadOnlyList<IPAddress> first = values.Addresses(one), second = values.Addresses(other);
        return first.Intersect(second).Any() || first.Concat(second).Any(IsAll);
    }

    private static bool IsAll(IPAddress address)
        => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
