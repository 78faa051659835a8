using MailModule.Engine;
using MailModule.Primitives;

namespace MailModule.Tests.Engine;

public class EngineLogTests
{
    [Theory]
    [InlineData("one\r\nwarning smtp forged", "one\\x0D\\x0Awarning smtp forged")]
    [InlineData("a\0b\u001b[31m\u2028c", "a\\x00b\\x1B[31m\\u2028c")]
    [InlineData("\u00fc is no control character", "\u00fc is no control character")]
    public void The_host_gets_a_line_as_the_file_has_it(string text, string expected)
    {
        var log = new EngineLog();
        var lines = new List<string>();
        log.SetHostSink((_, _, line) => lines.Add(line), LogLevel.Info);
        log.Log.Write(LogLevel.Warning, "smtp", text);
        Assert.Equal([expected], lines);
    }

    [Fact]
    public void The_host_gets_no_line_without_end()
    {
        var log = new EngineLog();
        string longest = "";
        log.SetHostSink((_, _, line) => longest = line, LogLevel.Info);
        log.Log.Write(LogLevel.Info, "smtp", new string('x', 100_000));
        Assert.InRange(longest.Length, 1000, 5000);
    }
}
