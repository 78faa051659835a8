using MailModule.Engine;
using MailModule.Engine.Serving;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine;

/// <summary>
/// What an operator must know is in the log of an engine, whoever hears it and whenever he begins to.
/// </summary>
public sealed class EngineWarningTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MailEngine _engine = new();
    private readonly List<string> _lines = [];

    public EngineWarningTests() => _engine.Set("mail_root", _folder.In("mail"));

    public void Dispose()
    {
        _engine.Close();
        _folder.Dispose();
        FaultReason.Clear();
    }

    [Fact]
    public void The_log_file_has_what_was_wrong_with_the_settings_before_the_start()
    {
        Load("log=mail.log smpt_port=25 user=ann;;;PS");
        string[] lines = File.ReadAllLines(_folder.In("mail.log"));
        Assert.Contains(lines, line => line.EndsWith("; the nearest known one is smtp_port", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("nobody can log in as ann", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_listens_from_the_start_on_hears_what_was_said_before()
    {
        Load("smpt_port=25");
        Listen();
        Start();
        Assert.Single(_lines, line => line.EndsWith("the nearest known one is smtp_port", StringComparison.Ordinal));
        Assert.Single(_lines, line => line.StartsWith("smtp_name is not set", StringComparison.Ordinal));
    }

    [Fact]
    public void A_log_file_that_cannot_be_written_is_told_when_it_is_set()
    {
        Listen();
        _engine.Set("log", "/proc/none/mail.log");
        Assert.Single(
            _lines, line => line.StartsWith("the log /proc/none/mail.log cannot be written", StringComparison.Ordinal));
    }

    [Fact]
    public void A_server_that_takes_passwords_in_clear_text_from_elsewhere_says_so()
    {
        Listen();
        Load("plain_auth=always smtp_name=mail.example.org");
        Start("127.0.0.1");
        Assert.Empty(_lines);
        Assert.Equal(Fault.None, _engine.Stop(TimeSpan.FromSeconds(10)));
        Start("0.0.0.0");
        Assert.StartsWith("plain_auth=always: ", Assert.Single(_lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_is_not_there_is_not_found()
    {
        Load($"smtp_tls tls_cert_file={_folder.In("none.pem")}");
        var options = new ServerOptions { Addresses = "127.0.0.1", Port = ServerOptions.AnyPort };
        Assert.Equal(Fault.NotFound, _engine.StartServer(ServerKind.Pop3, options, out _));
        Assert.Equal($"{_folder.In("none.pem")}: there is no such file", FaultReason.Take(Fault.NotFound));
    }

    private void Listen()
        => _engine.SetLogSink(
            (_, _, text) =>
            {
                lock (_lines)
                    _lines.Add(text);
            },
            LogLevel.Warning);

    private void Start(string address = "127.0.0.1")
    {
        var options = new ServerOptions { Addresses = address, Port = ServerOptions.AnyPort };
        Assert.Equal(Fault.None, _engine.StartServer(ServerKind.Pop3, options, out _));
    }

    private void Load(string text)
    {
        File.WriteAllText(_folder.In("main.cfg"), text);
        Assert.Equal(Fault.None, _engine.LoadConfig(_folder.In("main.cfg")));
    }
}
