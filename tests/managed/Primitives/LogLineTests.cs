using System.Buffers;
using System.Text;
using MailModule.Primitives;

namespace MailModule.Tests.Primitives;

public class LogLineTests
{
    private static readonly DateTime s_time = new(2026, 11, 21, 4, 16, 0, 123, DateTimeKind.Utc);

    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("a\r\n2026-11-21T04:16:00.123Z error smtp forged",
        @"a\x0D\x0A2026-11-21T04:16:00.123Z error smtp forged")]
    [InlineData("\u001b[2Jx\0\u007f\u0085", @"\x1B[2Jx\x00\x7F\x85")]
    [InlineData("a\u2028b\u202Ec", @"a\u2028b\u202Ec")]
    [InlineData("g\u00fc\u00df\ud83d\ude00", "g\u00fc\u00df\ud83d\ude00")]
    [InlineData("", "")]
    public void A_text_makes_one_line(string text, string shown)
        => Assert.Equal($"2026-11-21T04:16:00.123Z warning smtp {shown}\n", Format("smtp", text));

    [Fact]
    public void A_long_text_is_cut()
    {
        string line = Format("smtp", new string('x', 100_000));
        Assert.InRange(line.Length, 4096, 4200);
        Assert.EndsWith("x...\n", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_garbage_makes_one_line()
    {
        var random = new Random(3);
        for (int round = 0; round < 2_000; round++)
        {
            string line = Format(
                "a\nb", new string([.. Enumerable.Range(0, random.Next(50)).Select(_ => (char)random.Next(0x10000))]));
            Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
            Assert.DoesNotContain('\r', line);
        }
    }

    private static string Format(string area, string text)
    {
        var target = new ArrayBufferWriter<byte>();
        LogLine.Append(target, s_time, LogLevel.Warning, area, text);
        return Encoding.UTF8.GetString(target.WrittenSpan);
    }
}
