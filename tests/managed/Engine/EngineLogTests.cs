using MailModule.Engine;
using MailModule.Primitives;
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
}
