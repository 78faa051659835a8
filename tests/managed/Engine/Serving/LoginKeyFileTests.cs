using MailModule.Engine.Serving;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Serving;

/// <summary>What strangers are told of a name is the same before a start and after it.</summary>
public sealed class LoginKeyFileTests : IDisposable
{
    private static readonly string[] s_names =
        ["plain", "stored", "sha1", "nobody", .. Enumerable.Range(0, 40).Select(i => $"nobody{i}")];

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_start_changes_no_salt_of_anybody()
    {
        List<string> before = Salts(Start());
        Assert.Equal(before, Salts(Start()));
        Assert.Empty(_lines);
    }

    [Fact]
    public void An_engine_in_another_folder_has_salts_of_its_own()
    {
        List<string> one = Salts(Start());
        File.Delete(_folder.In("login_key"));
        List<string> other = Salts(Start());
        for (int i = 0; i < s_names.Length; i++)
            Assert.Equal(s_names[i] == "stored", one[i] == other[i]);
    }

    [Fact]
    public void The_file_is_for_its_owner_alone()
    {
        Start();
        if (!OperatingSystem.IsWindows())
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.In("login_key")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("not hexadecimal, and as long as a secret in hexadecimal digits is")]
    public void A_file_that_holds_no_secret_is_written_anew(string text)
    {
        File.WriteAllText(_folder.In("login_key"), text);
        List<string> before = Salts(Start());
        Assert.Equal(before, Salts(Start()));
    }

    [Fact]
    public void Where_none_can_be_written_there_is_one_until_the_end_and_the_log_says_so()
    {
        Directory.CreateDirectory(_folder.In("login_key/in the way"));
        Assert.NotEmpty(Salts(Start()));
        Assert.Contains(_lines, line => line.Contains("login_key", StringComparison.Ordinal));
    }

    private LoginKey Start()
    {
        var key = new LoginKey();
        LoginKeyFile.Open(
            key, _folder.Path, Disk.Real, new Log(LogLevel.Debug, (_, _, text) => _lines.Add(text)));
        return key;
    }

    private static List<string> Salts(LoginKey key)
    {
        NewPassword.Make("x", PasswordForm.ScramSha1, 5000, out string sha1);
        Account[] users =
        [
            Read("plain;secret;;PS"), Read($"sha1;{sha1};;PS"),
            Read("stored;{SCRAM-SHA-256}9000:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=;;PS"),
        ];
        var accounts = new Accounts(users, new LocalDomains(["d.example"], _ => false), "shs", "/users", key);
        return [.. s_names.Select(name => TextOf(accounts.SecretOf(name, MechanismSet.ScramSha256)
            .SaltFor(ScramHash.Sha256)))];
    }

    private static string TextOf(ScramSalt salt) => $"{Convert.ToBase64String(salt.Salt)} {salt.Iterations}";

    private static Account Read(string line)
    {
        Assert.True(Account.TryParse(line, "/", out Account account, out _));
        return account;
    }
}
