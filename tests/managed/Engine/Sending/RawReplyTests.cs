using System.Text;
using MailModule.Engine.Sending;

namespace MailModule.Tests.Engine.Sending;

/// <summary>A reply as it came.</summary>
public class RawReplyTests
{
    [Theory]
    [InlineData("250 ok\r\n", "250 ok")]
    [InlineData("250-5.1.1 a\r\n250 b\r\n", "250-5.1.1 a\n250 b")]
    [InlineData("250\n", "250")]
    [InlineData("hello\r\n250 ok\r\n", "hello\n250 ok")]
    [InlineData("250 a\tb\u0001\r\n", "250 a?b?")]
    [InlineData("", null)]
    [InlineData("hello\r\n", null)]
    [InlineData("250 a\r\n250 b\r\n", null)]
    public void Its_lines_are_kept_however_they_come(string came, string? kept)
    {
        var raw = new RawReply();
        for (int times = 0; times < 2; times++)
        {
            foreach (byte octet in Encoding.UTF8.GetBytes(came))
                raw.Add([octet]);
            Assert.Equal(kept, raw.Take());
        }
    }

    [Fact]
    public void One_without_an_end_is_not_kept_for_ever()
    {
        var raw = new RawReply();
        for (int i = 0; i < 1000; i++)
            raw.Add(new byte[1000]);
        Assert.Null(raw.Take());
    }
}
