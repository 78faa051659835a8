using MailModule.Engine;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine;

public class EngineLogTests
{
    [Theory]
    [InlineData("one\r\nwarning smtp forged", "one\\x0D\\x0Awarning smtp forged")]
    [InlineData("a\0b\u001b[31m\u2028c", "a\\x00b\\x1B[31m\\u2028c")]
    [InlineData("\u00fc is no control character", "\u00fc is no control character")]
    public void The_host_gets_a_line_as_the_file_has_it(string text, string expected)
    {
        var log = new EngineLog(new HostCalls());
        var lines = new List<string>();
        log.SetHostSink((_, _, line) => lines.Add(line), LogLevel.Info);
        log.Log.Write(LogLevel.Warning, "smtp", text);
        Assert.Equal([expected], lines);
    }

    [Fact]
    public void The_host_gets_no_line_without_end()
    {
        var log = new EngineLog(new HostCalls());
        string longest = "";
        log.SetHostSink((_, _, line) => longest = line, LogLevel.Info);
        log.Log.Write(LogLevel.Info, "smtp", new string('x', 100_000));
        Assert.InRange(longest.Length, 1000, 5000);
    }

    [Fact]
    public void While_the_host_has_a_line_its_callback_is_counted_among_those_that_run()
    {
        var calls = new HostCalls();
        var log = new EngineLog(calls);
        string during = "";
        log.SetHostSink((_, _, _) => during = $"{calls} {calls.IsAnyRunning} {calls.IsAnyLongRunning}", LogLevel.Info);
        log.Log.Write(LogLevel.Info, "smtp", "a line");
        Assert.Equal("1 of mm_log_fn True False", during);
        Assert.False(calls.IsAnyRunning);
    }

    [Theory]
    [InlineData(0, "0123456789", "0123456789")]
    [InlineData(10, "0123456789", "0123456789")]
    [InlineData(9, "0123456789", "012345678...")]
    [InlineData(2, "a\U0001F4E7b", "a...")]
    public void A_line_is_as_long_as_limitlog_says_for_the_file_and_the_host(int limit, string text, string expected)
    {
        using var folder = new TemporaryFolder();
        EngineLog log = Configured(folder, ("limitlog", limit));
        var lines = new List<string>();
        log.SetHostSink((_, _, line) => lines.Add(line), LogLevel.Info);
        log.Log.Write(LogLevel.Warning, "smtp", text);
        Assert.Equal([expected], lines);
        Assert.Equal([$"warning smtp {expected}"], LinesOf(folder.In("mail.log")));
    }

    [Fact]
    public void The_longest_limit_cuts_once()
    {
        using var folder = new TemporaryFolder();
        EngineLog log = Configured(folder, ("limitlog", 4096));
        log.Log.Write(LogLevel.Warning, "smtp", new string('x', 5000));
        Assert.Equal([$"warning smtp {new string('x', 4096)}..."], LinesOf(folder.In("mail.log")));
    }

    [Fact]
    public void Lines_of_services_go_into_files_of_their_own_with_seplog()
    {
        using var folder = new TemporaryFolder();
        EngineLog log = Configured(folder, ("seplog", 1));
        foreach (string area in (string[])["smtp", "engine", "pop3", "../odd", "smtp"])
            log.Log.Write(LogLevel.Info, area, $"of {area}");
        Assert.Equal(["info engine of engine", "info ../odd of ../odd"], LinesOf(folder.In("mail.log")));
        Assert.Equal(["info smtp of smtp", "info smtp of smtp"], LinesOf(folder.In("mail.log.smtp")));
        Assert.Equal(["info pop3 of pop3"], LinesOf(folder.In("mail.log.pop3")));
        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void Seplog_counts_from_when_it_is_set()
    {
        using var folder = new TemporaryFolder();
        var settings = new EngineSettings(Log.None);
        settings.Set("log", folder.In("mail.log"), out _);
        var log = new EngineLog(new HostCalls());
        foreach (int isSeparate in (int[])[0, 1, 0])
        {
            settings.Set("seplog", isSeparate, out _);
            log.Configure(settings.Current, workers: null);
            log.Log.Write(LogLevel.Warning, "smtp", $"{isSeparate}");
        }
        Assert.Equal(["warning smtp 0", "warning smtp 0"], LinesOf(folder.In("mail.log")));
        Assert.Equal(["warning smtp 1"], LinesOf(folder.In("mail.log.smtp")));
    }

    [Fact]
    public void A_services_file_that_cannot_be_written_is_told_once()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.In("mail.log.smtp"));
        EngineLog log = Configured(folder, ("seplog", 1));
        var lines = new List<string>();
        log.SetHostSink((_, area, line) => lines.Add($"{area} {line}"), LogLevel.Error);
        log.Log.Write(LogLevel.Info, "smtp", "one");
        log.Log.Write(LogLevel.Info, "smtp", "two");
        Assert.Contains("mail.log.smtp cannot be written", Assert.Single(lines), StringComparison.Ordinal);
    }

    private static EngineLog Configured(TemporaryFolder folder, params (string Key, int Value)[] values)
    {
        var settings = new EngineSettings(Log.None);
        settings.Set("log", folder.In("mail.log"), out _);
        settings.Set("log_level", "info", out _);
        foreach ((string key, int value) in values)
            Assert.Equal(Fault.None, settings.Set(key, value, out _));
        var log = new EngineLog(new HostCalls());
        log.Configure(settings.Current, workers: null);
        return log;
    }

    // Without the time.
    private static string[] LinesOf(string file)
        => [.. File.ReadAllLines(file).Select(line => line[(line.IndexOf(' ') + 1)..])];
}
