using System.Text;
using MailModule.Smtp;

namespace MailModule.Tests.Smtp;

public class BareSenderTests
{
    [Theory]
    [InlineData("FROM:<ann>", "FROM:<ann@d.example>")]
    [InlineData("from: <ann.b> SIZE=1", "from: <ann.b@d.example> SIZE=1")]
    [InlineData("FROM:<\"a>b\">", "FROM:<\"a>b\"@d.example>")]
    [InlineData("FROM:<>", null)]
    [InlineData("FROM:<ann@x.example>", null)]
    [InlineData("FROM:<ann", null)]
    [InlineData("FROM:ann", null)]
    [InlineData("FROM:<ann b>", null)]
    [InlineData("FROM:<@a:b>", null)]
    public void A_local_part_alone_gets_our_domain_and_nothing_else_does(string argument, string? whole)
        => Assert.Equal(whole, Complete(argument, "d.example"));

    [Fact]
    public void Without_a_domain_nothing_is_completed() => Assert.Null(Complete("FROM:<ann>", null));

    [Fact]
    public void Every_prefix_and_garbage_are_taken()
    {
        const string text = "FROM:<\"a\\\"b\"> SIZE=10 BODY=8BITMIME";
        for (int length = 0; length <= text.Length; length++)
            Complete(text[..length], "d");
        var random = new Random(7);
        var octets = new byte[60];
        for (int i = 0; i < 2000; i++)
        {
            random.NextBytes(octets);
            octets[random.Next(60)] = (byte)'<';
            BareSender.Complete(octets, "d");
        }
    }

    private static string? Complete(string argument, string? domain)
        => BareSender.Complete(Encoding.UTF8.GetBytes(argument), domain) is { } whole
            ? Encoding.UTF8.GetString(whole)
            : null;
}
