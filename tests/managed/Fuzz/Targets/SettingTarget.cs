using System.Text;
using MailModule.Engine.Settings;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Transport.Proxies;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Settings, a key and its value on each line: taken or refused, and no error, nor a line of the log, shows the value.
/// A tilde stands for a word that no message of ours has, so that it can be looked for.
/// </summary>
internal static class SettingTarget
{
    private const string Secret = "Zq7vX";

    public static void Check(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input).Replace("~", Secret, StringComparison.Ordinal);
        var settings = new EngineSettings(new Log(LogLevel.Debug, static (_, _, line)
            => Assert.DoesNotContain(Secret, line, StringComparison.Ordinal)));
        foreach (string line in text.Split('\n'))
        {
            string[] parts = line.Split('=', 2);
            string value = parts.Length < 2 ? "" : parts[1];
            if (parts[0].Contains(Secret, StringComparison.Ordinal))
                continue;
            Fault fault = settings.Set(parts[0], value, out string error);
            Assert.Equal(fault == Fault.None, error.Length == 0);
            Assert.DoesNotContain(Secret, error, StringComparison.Ordinal);
            if (fault == Fault.None)
                Assert.Equal(Fault.None, settings.TryGetText(parts[0], out _));
            CheckForms(value);
        }
    }

    private static void CheckForms(string value)
    {
        if (ProxyAddress.TryParse(value, out ProxyAddress? proxy))
        {
            Assert.True(ProxyAddress.TryParse(proxy!.ToString(), out ProxyAddress? again), proxy.ToString());
            Assert.Equal((proxy.Kind, proxy.Host, proxy.Port), (again!.Kind, again.Host, again.Port));
        }
        if (!StoredPassword.TryParse(value, out _, out string error))
            Assert.DoesNotContain(Secret, error, StringComparison.Ordinal);
        if (AddressRanges.TryParse(value, out AddressRanges ranges) && value.Length > 0)
            Assert.True(ranges.Union(AddressRanges.Empty).Contains(System.Net.IPAddress.Loopback)
                == ranges.Contains(System.Net.IPAddress.Loopback));
    }
}
