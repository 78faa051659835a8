using MailModule.Primitives;

namespace MailModule.Tests.Primitives;

public class WireRedactionTests
{
    [Theory]
    [InlineData("PASS secret", "PASS ***")]
    [InlineData("pass two words", "pass ***")]
    [InlineData("  PASS\tsecret", "PASS ***")]
    [InlineData("PASS", "PASS")]
    [InlineData("APOP ann c4c9334bac560ecc979e58001b3e22fb", "APOP ann ***")]
    [InlineData("AUTH PLAIN AGFubgBzZWNyZXQ=", "AUTH PLAIN ***")]
    [InlineData("auth login", "auth login")]
    [InlineData("AUTH", "AUTH")]
    [InlineData("USER ann", "USER ann")]
    [InlineData("MAIL FROM:<pass@example.org>", "MAIL FROM:<pass@example.org>")]
    [InlineData("", "")]
    public void A_line_is_shown_without_its_secret(string line, string shown) => Assert.Equal(shown, new WireRedaction().Client(line));

    [Fact]
    public void Answers_to_challenges_are_hidden_until_the_verdict()
    {
        var wire = new WireRedaction();
        Assert.Equal("AUTH LOGIN", wire.Client("AUTH LOGIN"));
        Assert.Equal("334 ***", wire.Server("334 VXNlcm5hbWU6"));
        Assert.Equal("***", wire.Client("YW5u"));
        Assert.Equal("334 ***", wire.Server("334 UGFzc3dvcmQ6"));
        Assert.Equal("***", wire.Client("c2VjcmV0"));
        Assert.Equal("235 2.7.0 Authentication successful", wire.Server("235 2.7.0 Authentication successful"));
        Assert.Equal("MAIL FROM:<>", wire.Client("MAIL FROM:<>"));
    }

    [Fact]
    public void Pop3_challenges_count_as_well()
    {
        var wire = new WireRedaction();
        wire.Client("AUTH PLAIN");
        Assert.Equal("+ ***", wire.Server("+ "));
        Assert.Equal("***", wire.Client("AGFubgBzZWNyZXQ="));
        Assert.Equal("+OK logged in", wire.Server("+OK logged in"));
        Assert.Equal("STAT", wire.Client("STAT"));
    }

    [Fact]
    public void A_cancelled_exchange_is_shown_as_such()
    {
        var wire = new WireRedaction();
        wire.Client("AUTH LOGIN");
        Assert.Equal("*", wire.Client("*"));
        wire.Server("501 cancelled");
        Assert.Equal("QUIT", wire.Client("QUIT"));
    }
}
