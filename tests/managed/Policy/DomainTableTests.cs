using MailModule.Policy;

namespace MailModule.Tests.Policy;

public class DomainTableTests
{
    private static readonly DomainTable<string> s_table = new(new[]
    {
        "a.example", ".b.example", "*.c.example", "deep.sub.b.example", ".sub.b.example", "c.example",
    }.Select(pattern => (pattern, pattern)));

    [Theory]
    [InlineData("a.example", "a.example")]
    [InlineData("A.Example", "a.example")]
    [InlineData("x.a.example", null)]
    [InlineData("b.example", ".b.example")]
    [InlineData("x.b.example", ".b.example")]
    [InlineData("x.y.B.example", ".b.example")]
    [InlineData("xb.example", null)]
    [InlineData("sub.b.example", ".sub.b.example")]
    [InlineData("x.sub.b.example", ".sub.b.example")]
    [InlineData("deep.sub.b.example", "deep.sub.b.example")]
    [InlineData("x.deep.sub.b.example", ".sub.b.example")]
    [InlineData("c.example", "c.example")]
    [InlineData("x.c.example", "*.c.example")]
    [InlineData("example", null)]
    [InlineData("", null)]
    [InlineData(".", null)]
    [InlineData("[192.0.2.1]", null)]
    [InlineData("[IPv6:::1.b.example]", null)]
    public void What_names_a_domain_more_closely_wins(string domain, string? pattern)
        => Assert.Equal(pattern, s_table.Find(domain));

    [Fact]
    public void A_star_is_any_domain_that_nothing_else_names()
    {
        var table = new DomainTable<string>([("*", "any"), (".b.example", "b")]);
        Assert.Equal(("b", "any", "any"),
            (table.Find("x.b.example"), table.Find("y.example"), table.Find("[192.0.2.1]")));
        Assert.Null(table.Find(""));
    }

    [Fact]
    public void A_star_alone_below_a_domain_is_not_the_domain()
        => Assert.Null(new DomainTable<string>([("*.b.example", "b")]).Find("b.example"));

    [Theory]
    [InlineData("*", true)]
    [InlineData("a", true)]
    [InlineData("a.example", true)]
    [InlineData(".a.example", true)]
    [InlineData("*.a.example", true)]
    [InlineData("a_b.bücher.example", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("*.", false)]
    [InlineData("..a", false)]
    [InlineData("**.a", false)]
    [InlineData("a.*.b", false)]
    [InlineData("a..b", false)]
    [InlineData("a b", false)]
    [InlineData("[192.0.2.1]", false)]
    public void A_pattern_is_a_domain_with_a_dot_or_a_star_in_front_or_a_star(string text, bool isRight)
        => Assert.Equal(isRight, DomainPattern.IsRight(text));
}
