using System.Net;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Settings;

/// <summary>What an operator hears of his settings at once: errors for guards without effect, and warnings.</summary>
public sealed class SettingsWarningTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];
    private readonly Log _log;
    private readonly EngineSettings _settings;

    public SettingsWarningTests()
    {
        _log = new Log(LogLevel.Warning, (_, _, text) => _lines.Add(text));
        _settings = new EngineSettings(_log);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sysuser", "1", "`user`")]
    [InlineData("grp_pop", "pop", "flag `P` of `user`")]
    [InlineData("grp_smtp", "pop", "flag `S` of `user`")]
    [InlineData("vpncln_tlssshstyle", "1", "`tls_cafile`")]
    public void A_guard_that_has_no_effect_is_an_error_that_says_what_to_use(string key, string value, string instead)
    {
        Assert.Equal(Fault.NotSupported, _settings.Set(key, value, out string error));
        Assert.StartsWith($"{key}: it would have no effect: ", error, StringComparison.Ordinal);
        Assert.Contains(instead, error, StringComparison.Ordinal);
        string file = Write($"smtp_max=7\n{key}={value}\n");
        Assert.Equal(Fault.NotSupported, _settings.Load(file, out error));
        Assert.StartsWith($"{file}:2: {key}: it would have no effect: ", error, StringComparison.Ordinal);
        Assert.Equal(0, _settings.Current.Version);
    }

    [Theory]
    [InlineData("smtp_deny=")]
    [InlineData("ip_range=1.0.0.1-254.254.254.254")]
    [InlineData("ip6_range=::1-ffff:ffff:ffff:ffff::")]
    [InlineData("checkmx=0 nocheckmx nosysuser noantivirus")]
    [InlineData("grp_pop=mail grp_smtp=mail sysuser=0 novpncln_tlssshstyle")]
    [InlineData("smtp_ltime=0 smtp_ip_limit=2048")]
    [InlineData("wmail tls_lib=x goodlist=g.txt msgspam=no spam_time=3 pop_speed=9")]
    public void What_asks_a_guard_for_nothing_is_taken_and_so_is_what_guards_nothing(string text)
        => Assert.Equal(Fault.None, _settings.Load(Write(text), out _));

    [Fact]
    public void Every_row_that_guards_says_why_it_is_an_error()
    {
        Setting[] guards = [.. Keys.All.Where(row => row.Guards)];
        Assert.NotEmpty(guards);
        Assert.All(guards, row => Assert.NotEmpty(row.Later));
    }

    [Theory]
    [InlineData("smpt_port=25", "smtp_port")]
    [InlineData("smtp_prot=25", "smtp_port")]
    [InlineData("SMTP_PORT=25", "smtp_port")]
    [InlineData("smtp_nmae=a.example", "smtp_name")]
    [InlineData("usr=ann;x;;P", null)]
    [InlineData("uesr=ann;x;;P", "user")]
    [InlineData("asnyc", "async")]
    [InlineData("something=1", null)]
    [InlineData("lost", null)]
    public void An_unknown_key_is_told_with_the_nearest_known_one(string text, string? near)
    {
        string file = Write(text);
        Assert.Equal(Fault.None, _settings.Load(file, out _));
        string[] word = text.Split('=');
        string shown = near is not null && word.Length > 1 ? $"{word[0]}: " : "";
        string hint = near is null ? "" : $"; the nearest known one is {near}";
        Assert.Equal($"{file}:1: {shown}a key that is not known, and ignored{hint}", _lines.Single());
        Assert.Equal(Fault.Config, _settings.Load(Write(text + " strict"), out string error));
        Assert.Equal(near is not null, error.EndsWith($"; the nearest known one is {near}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_host_that_misspells_a_key_hears_the_nearest_one()
    {
        Assert.Equal(Fault.NotFound, _settings.Set("smpt_port", "25", out string error));
        Assert.Equal("smpt_port: a key that is not known; the nearest known one is smtp_port", error);
        Assert.Equal(Fault.NotFound, _settings.TryGetInt("smpt_port", out _));
        Assert.Equal(error, FaultReason.Take(Fault.NotFound));
    }

    [Fact]
    public void A_user_as_whom_nobody_can_log_in_is_told()
    {
        string users = "user=ann;;;PS user=bob;x;;A user=eve;x;;P user=cat;;;P";
        Assert.Equal(Fault.None, _settings.Load(Write(users), out _));
        Assert.Equal(Fault.None, _settings.Set("user", "dan;;;PS", out _));
        Assert.Equal(
            [
                "nobody can log in as ann unless the host vouches for it: the password is empty",
                "nobody can log in as bob: the user has neither flag P nor S",
                "nobody can log in as cat unless the host vouches for it: the password is empty",
                "nobody can log in as dan unless the host vouches for it: the password is empty",
            ],
            _lines);
    }

    [Fact]
    public void Many_such_users_are_counted()
    {
        string users = string.Join(' ', Enumerable.Range(0, 1000).Select(i => $"user=u{i};;;P"));
        Assert.Equal(Fault.None, _settings.Load(Write(users), out _));
        Assert.Equal((21, "nobody can log in as 980 users more"), (_lines.Count, _lines[^1]));
    }

    [Fact]
    public void Who_has_replaced_a_user_hears_of_the_last_one_alone()
    {
        Assert.Equal(Fault.None, _settings.Load(Write("user=ann;;;PS user=ann;x;;PS"), out _));
        Assert.Empty(_lines);
    }

    [Fact]
    public void A_name_that_is_not_set_or_one_label_is_told_at_the_start()
    {
        _settings.WarnAtStart();
        Assert.StartsWith("smtp_name is not set: the machine's name stands in, ", _lines.Single(),
            StringComparison.Ordinal);
        _lines.Clear();
        _settings.Set("smtp_name", "mailhost", out _);
        _settings.WarnAtStart();
        Assert.StartsWith("smtp_name has one label", _lines.Single(), StringComparison.Ordinal);
        _lines.Clear();
        _settings.Set("smtp_name", "mail.example.org", out _);
        _settings.WarnAtStart();
        Assert.Empty(_lines);
    }

    [Fact]
    public void What_nobody_heard_is_told_at_the_start_once()
    {
        _log.Level = 0;
        _settings.Set("smtp_name", "mail.example.org", out _);
        _settings.Load(Write("smpt_port=25"), out _);
        _log.Level = LogLevel.Warning;
        _settings.WarnAtStart();
        Assert.EndsWith("the nearest known one is smtp_port", _lines.Single(), StringComparison.Ordinal);
        _settings.WarnAtStart();
        Assert.Single(_lines);
    }

    [Fact]
    public void Passwords_in_clear_text_from_everywhere_are_told()
    {
        IPEndPoint[] all = [new(IPAddress.IPv6Any, 110)];
        Assert.Null(SettingsCheck.ListenerProblem(_settings.Current, all));
        _settings.Set("plain_auth", "always", out _);
        Assert.Equal(
            "plain_auth=always: passwords may come in clear text to port 110 of all addresses of this machine",
            SettingsCheck.ListenerProblem(_settings.Current, all));
        IPEndPoint[] some = [new(IPAddress.Loopback, 25), new(IPAddress.Parse("192.0.2.1"), 25)];
        Assert.EndsWith(
            "to port 25 of 192.0.2.1", SettingsCheck.ListenerProblem(_settings.Current, some),
            StringComparison.Ordinal);
        Assert.Null(SettingsCheck.ListenerProblem(_settings.Current, some[..1]));
    }

    [Theory]
    [InlineData("upproxy=proxy.example ever_upproxy", "http://proxy.example:3128", null)]
    [InlineData("upproxy=proxy.example upproxy_port=8080 up_user=ann:se:cr@t ever_upproxy",
        "http://proxy.example:8080", "ann se:cr@t")]
    [InlineData("upproxy=proxy.example:81 ever_upproxy", "http://proxy.example:81", null)]
    [InlineData("upproxy=[2001:db8::1] ever_upproxy", "http://[2001:db8::1]:3128", null)]
    [InlineData("upproxy=proxy.example proxy=socks5://other.example:1080 ever_upproxy",
        "socks5://other.example:1080", null)]
    [InlineData("upproxy=proxy.example", null, null)]
    [InlineData("ever_upproxy", null, null)]
    public void The_parent_proxy_of_the_old_module_works_for_mail(string text, string? proxy, string? login)
    {
        Assert.Equal(Fault.None, _settings.Load(Write(text), out string error));
        Assert.Empty(error);
        Assert.Equal(proxy, _settings.Current.Proxy?.ToString());
        if (login is not null)
            Assert.Equal(login, $"{_settings.Current.Proxy!.User} {_settings.Current.Proxy.Password}");
    }

    [Theory]
    [InlineData("upproxy=proxy.example", "upproxy is not used for mail without ever_upproxy")]
    [InlineData("ever_upproxy", "ever_upproxy is set, but neither upproxy nor proxy: mail goes out without a proxy")]
    [InlineData("upproxy=a.example ever_upproxy proxy=http://b.example:1", "upproxy is not used: proxy names another")]
    [InlineData("smtpproxy_user=ann", "smtpproxy_user has no effect without smtpproxy")]
    [InlineData("nosmtp", "nosmtp is kept, but has no effect: a call starts the server, and no call is needed to "
        + "leave it off")]
    [InlineData("nopop3", "nopop3 is kept, but has no effect: a call starts the server, and no call is needed to "
        + "leave it off")]
    public void An_old_key_that_does_nothing_says_so(string text, string expected)
    {
        Assert.Equal(Fault.None, _settings.Load(Write("smtp_name=a.example " + text), out _));
        _settings.WarnAtStart();
        Assert.Equal([expected], _lines);
    }

    private string Write(string text)
    {
        File.WriteAllText(_folder.In("main.cfg"), text);
        return _folder.In("main.cfg");
    }
}
