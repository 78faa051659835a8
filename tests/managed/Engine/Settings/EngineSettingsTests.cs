using System.Net;
using MailModule.Engine.Settings;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Settings;

public sealed class EngineSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mm-settings-").FullName;
    private readonly List<string> _lines = [];
    private readonly EngineSettings _settings;

    public EngineSettingsTests()
        => _settings = new EngineSettings(new Log(LogLevel.Debug, (_, _, text) => _lines.Add(text)));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_not_set_has_its_default()
    {
        Assert.Equal(("10000", 10_000), (Text("smtp_max"), Int("smtp_max")));
        Assert.Equal(("0", 0), (Text("async"), Int("async")));
        Assert.Equal(1, Int("smtptls"));
        Assert.Equal(50 * 1024 * 1024, Int("smtp_msg_limit"));
        Assert.Equal("60,300,900,1800,3600", Text("queue_retry"));
        Assert.Equal("127.0.0.1", Text("smtp_range"));
        Assert.Null(Text("log"));
        Assert.Null(Text("user"));
        Assert.NotEmpty(Text("smtp_name")!);
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "mailmodule", "spool"), Text("smtp_out"));
        Assert.Equal(
            Path.Combine(Environment.CurrentDirectory, "mailmodule"), _settings.Current.FullPath(Keys.MailRoot));
    }

    [Fact]
    public void The_new_dialect_is_read()
    {
        Load("""
            # head
            smtp_max = 20
            smtp_port=2525   # comment
            smtp_name="example.org"
            smtp_tls
            noasync
            user="ann;two words;;PS"
            user='bob;secret;/home/bob/;P'
            """);
        Assert.Equal(20, Int("smtp_max"));
        Assert.Equal(2525, Int("smtp_port"));
        Assert.Equal("example.org", Text("smtp_name"));
        Assert.Equal(1, Int("smtp_tls"));
        Assert.Equal("ann;two words;;PS\nbob;secret;/home/bob/;P", Text("user"));
        Assert.Equal("/home/bob", _settings.Current.Accounts.HomeOf("bob"));
        Assert.NotNull(_settings.Current.Accounts.Verify("ann", "two words"u8));
    }

    [Fact]
    public void Lists_of_members_add_up_and_one_of_the_same_address_replaces_the_earlier()
    {
        Load("""
            list=friends@example.org;;ann@example.org
            list="staff@example.org;boss@example.org;ann@example.org bob@example.net @members.txt"
            """);
        Assert.Equal(Fault.None, _settings.Set("list", "Friends@Example.org;;bob@example.net", out _));
        Assert.Equal(
            "Friends@Example.org;;bob@example.net\nstaff@example.org;boss@example.org;ann@example.org "
                + "bob@example.net @members.txt",
            Text("list"));
        Assert.Equal("bob@example.net", _settings.Current.Relay.Lists.Find("friends@example.org")!.Members[0].Text);
        Assert.Equal(
            [Path.Combine(_folder, "members.txt")], _settings.Current.Relay.Lists.Find("staff@example.org")!.Files);
        Assert.Equal(Fault.Config, _settings.Set("list", "friends@example.org;ann@example.org", out string error));
        Assert.Contains("two semicolons", error, StringComparison.Ordinal);
        Assert.Equal(Fault.None, _settings.Set("list", "\"friends\"@example.org;;carl@example.net", out _));
        Assert.Equal("carl@example.net", _settings.Current.Relay.Lists.Find("friends@example.org")!.Members[0].Text);
    }

    [Fact]
    public void The_old_dialect_is_read()
    {
        Load("smtp_max=20 smtp_port=2525\tsmtp_tls pop_timeout=`90`\r\nuser=ann;secret;/home/ann;SP user=bob;x;;P\r\n");
        Assert.Equal((20, 2525, 1, 90), (Int("smtp_max"), Int("smtp_port"), Int("smtp_tls"), Int("pop_timeout")));
        Assert.Equal(2, _settings.Current.Accounts.Count);
    }

    [Theory]
    [InlineData("smtp_max=0", "not a number from 1 to 1000000")]
    [InlineData("smtp_max=1000001", "not a number from 1 to 1000000")]
    [InlineData("smtp_max=-1", "not a number from 1 to 1000000")]
    [InlineData("smtp_max=99999999999999999999", "not a number from 1 to 1000000")]
    [InlineData("smtp_max=ten", "not a number from 1 to 1000000")]
    [InlineData("smtp_max=", "not a number from 1 to 1000000")]
    [InlineData("smtp_max", "it needs a value")]
    [InlineData("smtp_msg_limit=4095", "not a number from 4096")]
    [InlineData("async=yes", "a flag is 1 or 0")]
    [InlineData("noasync=0", "it stands alone, without a value")]
    [InlineData("plain_auth=maybe", "not one of loopback, always, never")]
    [InlineData("smtp_range=10.0.0.0/33", "not a list of addresses")]
    [InlineData("smtp_bind=localhost", "not a list of IP addresses")]
    [InlineData("smtp_name=a..b", "not a domain name")]
    [InlineData("smtp_name=", "not a domain name")]
    [InlineData("smtp_dns=dns.example", "not a list of resolvers")]
    [InlineData("smtpproxy=host:99999", "not host or host:port")]
    [InlineData("proxy=ftp://x:1", "not a proxy")]
    [InlineData("queue_retry=1,x", "not a list of seconds")]
    [InlineData("fetch=host;user;password;local", "not host[:port]")]
    [InlineData("user=ann;secret", "three semicolons")]
    [InlineData("user=;secret;;P", "name has 1 to")]
    [InlineData("user=\"ann;secret;\n;P\"", "a control character")]
    [InlineData("user=ann;+0123ABCD.89ABCDEF;;P", "+ form")]
    [InlineData("user=ann;{MD5}xyz;;P", "unknown scheme")]
    public void A_wrong_value_is_told_with_file_and_line_and_nothing_is_taken(string line, string reason)
    {
        string file = Write("wrong.cfg", $"smtp_max=7\n\n{line}\nsmtp_port=1\n");
        Assert.Equal(Fault.Config, _settings.Load(file, out string error));
        Assert.StartsWith($"{file}:3: ", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Equal((10_000, 25, 0), (Int("smtp_max"), Int("smtp_port"), _settings.Current.Version));
    }

    [Fact]
    public void An_error_in_an_included_file_names_that_file()
    {
        string inner = Write("inner.cfg", "\nsmtp_max=x");
        Assert.Equal(Fault.Config, _settings.Load(Write("outer.cfg", "smtp_port=1 @inner.cfg"), out string error));
        Assert.StartsWith($"{inner}:2: smtp_max: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_never_shows_a_password()
    {
        string[] lines =
        [
            "user=ann;hunter2", "user=ann;{XX}hunter2;;P", "user=\"ann;hunter2;;P", "fetch=h;u;hunter2",
            "proxy=ftp://u:hunter2@h:1", "user=a\tb;hunter2;;P",
        ];
        foreach (string line in lines)
        {
            Assert.Equal(Fault.Config, _settings.Load(Write("secret.cfg", line), out string error));
            Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_last_of_a_repeated_key_wins_and_lists_add_up()
    {
        Load(
            "smtp_max=1 smtp_max=2 local_domain=a.example local_domain=b.example local_domain=A.example "
                + "user=ann;1;;P user=bob;2;;P user=ann;3;;PS");
        Assert.Equal(2, Int("smtp_max"));
        Assert.Equal("A.example\nb.example", Text("local_domain"));
        Assert.Equal("ann;3;;PS\nbob;2;;P", Text("user"));
        Load("user=eve;4;;P\nuser=bob;5;;P");
        Assert.Equal("ann;3;;PS\nbob;5;;P\neve;4;;P", Text("user"));
        Assert.Equal(Fault.None, _settings.Set("user", "bob;6;;P", out _));
        Assert.Equal("ann;3;;PS\nbob;6;;P\neve;4;;P", Text("user"));
    }

    [Fact]
    public void Flags_have_four_forms()
    {
        Load("async strict=1");
        Assert.Equal((1, 1), (Int("async"), Int("strict")));
        Load("noasync strict=0");
        Assert.Equal((0, 0), (Int("async"), Int("strict")));
        Assert.Equal(1, Int("noasync"));
    }

    [Fact]
    public void No_keys_take_a_value_away()
    {
        Load("from_same_host=5 log=x.log smtp_bind=127.0.0.1 smtp_max=5 pop3_max=6 smtpproxy=relay.example");
        Load("nofrom_same_host nolog nosmtp_bind nosmtp nopop3 nosmtpproxy");
        Assert.Equal(0, Int("from_same_host"));
        Assert.Null(_settings.Current.FullPath(Keys.LogPath));
        Assert.Empty(_settings.Current.Parts(Keys.SmtpBind));
        Assert.Equal((10_000, 10_000), (Int("smtp_max"), Int("pop3_max")));
        Assert.Equal("", Text("smtpproxy"));
    }

    [Fact]
    public void An_address_has_a_hundred_connections_and_this_machine_and_relay_clients_have_any_number()
    {
        int Most(string address) => _settings.Current.ConnectionsOf(IPAddress.Parse(address));
        Load("smtp_range=192.0.2.0/24 smtp6_range=2001:db8::/64");
        Assert.Equal((100, 100), (Most("198.51.100.1"), Most("2001:db8:0:1::1")));
        Assert.Equal((int.MaxValue, int.MaxValue), (Most("127.0.0.2"), Most("::1")));
        Assert.Equal((int.MaxValue, int.MaxValue), (Most("192.0.2.9"), Most("2001:db8::9")));
        Load("from_same_host=3");
        Assert.Equal(3, Most("198.51.100.1"));
        Load("nofrom_same_host");
        Assert.Equal(int.MaxValue, Most("198.51.100.1"));
    }

    [Fact]
    public void A_slow_client_is_one_below_dos_protect_speed_which_is_three_kilobytes_a_minute()
    {
        Assert.Equal(3 * 1024, _settings.Current.Pace.LeastSpeed);
        Load("dos_protect_speed=0 pop_timeout=20");
        Assert.Equal((0, 20_000, 40_000), (_settings.Current.Pace.LeastSpeed, _settings.Current.Pace.LineTime,
            _settings.Current.Pace.TimeToAct));
    }

    [Fact]
    public void A_flag_whose_name_begins_with_no_is_not_an_opposite()
    {
        Load("nolimitus");
        Assert.Equal(1, Int("nolimitus"));
        Assert.Equal(Fault.NotFound, _settings.TryGetInt("limitus", out _));
    }

    [Fact]
    public void An_unknown_key_is_logged_and_ignored()
    {
        string file = Write("a.cfg", "smtp_max=5\nno_such_key=1 word");
        Assert.Equal(Fault.None, _settings.Load(file, out _));
        Assert.Equal(5, Int("smtp_max"));
        Assert.Equal(
            [$"{file}:2: a key that is not known, and ignored", $"{file}:2: a key that is not known, and ignored"],
            _lines);
    }

    [Fact]
    public void An_unknown_key_is_an_error_with_strict_wherever_that_stands()
    {
        string file = Write("a.cfg", "smtp_max=5\nno_such_key=1\nstrict");
        Assert.Equal(Fault.Config, _settings.Load(file, out string error));
        Assert.Equal($"{file}:2: a key that is not known", error);
        Assert.Equal(10_000, Int("smtp_max"));
    }

    [Fact]
    public void An_unknown_key_set_by_the_host_is_not_found()
    {
        Assert.Equal(Fault.NotFound, _settings.Set("no_such_key", "1", out string error));
        Assert.Equal("a key that is not known", error);
        Assert.Equal(Fault.NotFound, _settings.TryGetInt("no_such_key", out _));
        Assert.Equal(Fault.NotFound, _settings.TryGetText("no_such_key", out _));
        Assert.Equal(Fault.NotFound, _settings.Set("SMTP_MAX", "1", out _));
    }

    [Fact]
    public void A_number_set_by_the_host_is_checked_as_one_in_a_file()
    {
        Assert.Equal(Fault.None, _settings.Set("smtp_max", 12, out _));
        Assert.Equal(("12", 12), (Text("smtp_max"), Int("smtp_max")));
        Assert.Equal(Fault.Config, _settings.Set("smtp_max", 0, out string error));
        Assert.StartsWith("smtp_max: ", error, StringComparison.Ordinal);
        Assert.Equal(Fault.Config, _settings.Set("async", 2, out _));
        Assert.Equal(12, Int("smtp_max"));
    }

    [Fact]
    public void Text_is_no_number()
    {
        Assert.Equal(Fault.Config, _settings.TryGetInt("smtp_name", out int value));
        Assert.Equal(0, value);
        Assert.Equal(Fault.Config, _settings.TryGetInt("plain_auth", out _));
    }

    [Fact]
    public void A_limit_without_an_upper_bound_takes_any_number()
    {
        Load("smtp_msg_limit=999999999999999999999999");
        Assert.Equal(long.MaxValue, _settings.Current.Number(Keys.SmtpMsgLimit));
        Assert.Equal(int.MaxValue, _settings.Current.Int(Keys.SmtpMsgLimit));
        Assert.Equal(Fault.Config, _settings.TryGetInt("smtp_msg_limit", out _));
    }

    [Fact]
    public void The_log_level_is_a_word_or_its_number()
    {
        Assert.Equal(LogLevel.Info, _settings.Current.LogLevel);
        Load("loglevel=Debug");
        Assert.Equal((LogLevel.Debug, 4), (_settings.Current.LogLevel, Int("loglevel")));
        Assert.Equal(Fault.None, _settings.Set("loglevel", 1, out _));
        Assert.Equal(LogLevel.Error, _settings.Current.LogLevel);
        Assert.Equal(Fault.Config, _settings.Set("loglevel", 5, out _));
        Assert.Equal(Fault.Config, _settings.Set("loglevel", 0, out _));
    }

    [Fact]
    public void Relative_paths_count_from_the_file_that_names_them()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        Write("sub/inner.cfg", "log=inner.log");
        Load("mail_root=data @sub/inner.cfg user=ann;x;homes/ann;P user=bob;x;;P");
        Assert.Equal(Path.Combine(_folder, "data"), _settings.Current.FullPath(Keys.MailRoot));
        Assert.Equal(Path.Combine(_folder, "data", "spool"), _settings.Current.FullPath(Keys.SmtpOut));
        Assert.Equal(Path.Combine(_folder, "sub", "inner.log"), _settings.Current.FullPath(Keys.LogPath));
        Assert.Equal(Path.Combine(_folder, "homes", "ann"), _settings.Current.Accounts.HomeOf("ann"));
        Assert.Equal(Path.Combine(_folder, "data", "users", "bob"), _settings.Current.Accounts.HomeOf("bob"));
        Assert.Equal("data", Text("mail_root"));
        _settings.Set("mail_root", "elsewhere", out _);
        Assert.Equal(
            Path.Combine(Environment.CurrentDirectory, "elsewhere", "users", "bob"),
            _settings.Current.Accounts.HomeOf("bob"));
    }

    [Fact]
    public void A_key_whose_feature_comes_later_is_kept_and_says_so_once()
    {
        Load("tls_lib=one.so smtpipv6");
        Load("tls_lib=other.so");
        Assert.Equal("other.so", Text("tls_lib"));
        Assert.Single(
            _lines, line => line.StartsWith("tls_lib is kept, but has no effect: ", StringComparison.Ordinal));
        Assert.Single(_lines, line => line.StartsWith("smtpipv6 ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_raises_the_version_and_leaves_older_values_alone()
    {
        SettingValues before = _settings.Current;
        _settings.Set("user", "ann;secret;;P", out _);
        Assert.True(_settings.Current.Version > before.Version);
        Assert.Equal((0, 1), (before.Accounts.Count, _settings.Current.Accounts.Count));
        Assert.Same(_settings.Current.Relay, _settings.Current.Relay);
    }

    [Fact]
    public void Missing_files_are_not_found()
        => Assert.Equal(Fault.NotFound, _settings.Load(Path.Combine(_folder, "none.cfg"), out _));

    [Fact]
    public void Ten_thousand_users_load_in_one_file()
    {
        Load(string.Join('\n', Enumerable.Range(0, 10_000).Select(i => $"user=u{i};p;;P")));
        Assert.Equal(10_000, _settings.Current.Accounts.Count);
    }

    [Fact]
    public void Garbage_is_a_fault_or_taken_and_never_an_exception()
    {
        var random = new Random(7);
        string[] words = [.. Keys.All.Select(row => row.Key), "=", "=", "=", " ", "\n", "\"", "1", "0", "x;y;z;P", "@",
            "#", "-", "127.0.0.1/", ",", "{SCRAM-SHA-256}", "no", "9999999999999999999", "[", "::"];
        string file = Path.Combine(_folder, "garbage.cfg");
        for (int round = 0; round < 1_000; round++)
        {
            File.WriteAllText(
                file,
                string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => words[random.Next(words.Length)])));
            int version = _settings.Current.Version;
            Fault fault = _settings.Load(file, out string error);
            Assert.Equal(fault == Fault.None, error.Length == 0);
            Assert.Equal(fault == Fault.None ? version + 1 : version, _settings.Current.Version);
            Assert.NotNull(_settings.Current.Relay);
        }
    }

    private void Load(string text)
    {
        Fault fault = _settings.Load(Write("main.cfg", text), out string error);
        Assert.True(fault == Fault.None, error);
    }

    private string Write(string name, string text)
    {
        string file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        return file;
    }

    private int Int(string key)
    {
        Assert.Equal(Fault.None, _settings.TryGetInt(key, out int value));
        return value;
    }

    private string? Text(string key)
    {
        Assert.Equal(Fault.None, _settings.TryGetText(key, out string? value));
        return value;
    }
}
