using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Settings;

/// <summary>What the settings say of themselves shows no value, whatever is wrong with it.</summary>
public sealed class SilentSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];
    private readonly EngineSettings _settings;

    public SilentSettingsTests()
        => _settings = new EngineSettings(new Log(LogLevel.Debug, (_, _, text) => _lines.Add(text)));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("smtpproxy_password=correct hunter2 battery")]
    [InlineData("smtpproxy_password=correct hunter2=battery")]
    [InlineData("smtpproxy_password=correct\nhunter2")]
    [InlineData("smtpproxy_password=\nhunter2==")]
    [InlineData("smtpproxy_pasword=hunter2")]
    [InlineData("smtpproxy_passwordhunter2")]
    [InlineData("smtpproxy_password:hunter2")]
    [InlineData("smtpproxy_password=correct @hunter2")]
    [InlineData("smtpproxy_password=correct \"hunter2")]
    [InlineData("smtpproxy_password=\"correct\"hunter2\"")]
    [InlineData("smtpproxy_password=correct smtp_max=hunter2")]
    [InlineData("user=ann;correct hunter2;/home/ann;P")]
    [InlineData("user=ann;correct;;P\nuser bob;hunter2;;P")]
    [InlineData("proxy=socks5://u:correct hunter2@host:1")]
    [InlineData("strict smtpproxy_password=correct hunter2")]
    [InlineData("strict smtpproxy_pasword=hunter2")]
    [InlineData("=hunter2")]
    [InlineData("smpt_port=hunter2 smtp_prot=hunter2")]
    [InlineData("user=hunter;hunter2;;")]
    [InlineData("log=/nowhere/hunter2 smtp_max=1 dnsbl=hunter2")]
    public void No_value_reaches_a_line_of_the_log_or_an_error(string text)
    {
        _settings.Load(Write(text), out string error);
        Assert.DoesNotContain("hunter2", string.Join('\n', [error, .. _lines]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("smtpproxy_password", "hunter2")]
    [InlineData("smtpproxy_pasword", "hunter2")]
    [InlineData("smtpproxy_password=hunter2", "")]
    [InlineData("smtp_max", "hunter2")]
    [InlineData("user", "hunter2")]
    [InlineData("user", "ann;{hunter2}x;;P")]
    [InlineData("list", "hunter2")]
    [InlineData("smtp_name", "hunter2")]
    public void No_value_that_a_host_sets_reaches_a_line_of_the_log_or_an_error(string key, string value)
    {
        _settings.Set(key, value, out string error);
        Assert.DoesNotContain("hunter2", string.Join('\n', [error, .. _lines]), StringComparison.Ordinal);
    }

    private string Write(string text)
    {
        File.WriteAllText(_folder.In("secret.cfg"), text);
        return _folder.In("secret.cfg");
    }
}
