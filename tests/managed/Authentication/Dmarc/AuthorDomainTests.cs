using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Dmarc;
using MailModule.Tests.Support;

namespace MailModule.Tests.Authentication.Dmarc;

/// <summary>Who a message says it is from (RFC 9989 §5.3.1, RFC 5322 §3.4), as strangers write it.</summary>
public class AuthorDomainTests
{
    [Theory]
    [InlineData("a@example.org", "example.org")]
    [InlineData("<a@example.org>", "example.org")]
    [InlineData("A. Name <a@example.org>", "example.org")]
    [InlineData("\"A, Name\" <a@example.org>", "example.org")]
    [InlineData("a@EXAMPLE.Org", "example.org")]
    [InlineData("a@example.org.", "example.org")]
    [InlineData("a@example.org (Name (of b@other.example))", "example.org")]
    [InlineData("(b@other.example) a@example.org", "example.org")]
    [InlineData("a@ example . org", "example.org")]
    [InlineData("a @example(dot).(dot)org", "example.org")]
    [InlineData("a . b@example.org", "example.org")]
    [InlineData("\"b@other.example\" <a@example.org>", "example.org")]
    [InlineData("b@other.example <a@example.org>", "example.org")]
    [InlineData("=?utf-8?q?b=40other.example?= <a@example.org>", "example.org")]
    [InlineData("\"b@other.example\"@example.org", "example.org")]
    [InlineData("\"a b\"@example.org", "example.org")]
    [InlineData("\"a\\\"b@other.example\\\"\" <a@example.org>", "example.org")]
    [InlineData("Name\r\n <a@example.org>\r\n", "example.org")]
    [InlineData("Name\n\t<a@example.org>\n", "example.org")]
    [InlineData("\"Na\r\n me\" <a@example.org>", "example.org")]
    [InlineData("<a@example.org> Name", "example.org")]
    [InlineData("a@example.org,", "example.org")]
    [InlineData(",, a@example.org , ,", "example.org")]
    [InlineData("Doe, John <a@example.org>", "example.org")]
    [InlineData("a@example.org, b@example.org", "example.org")]
    [InlineData("Us: a@example.org, b@EXAMPLE.ORG;", "example.org")]
    [InlineData("Re: Name <a@example.org>", "example.org")]
    [InlineData("a@b\u00fccher.example", "xn--bcher-kva.example")]
    [InlineData("a@B\u00dcCHER.example", "xn--bcher-kva.example")]
    [InlineData("a@xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("a@XN--BCHER-KVA.example", "xn--bcher-kva.example")]
    [InlineData("\u00fc@example.org", "example.org")]
    [InlineData("a@example\u3002org", "example.org")]
    [InlineData("a@_x.example.org", "_x.example.org")]
    [InlineData("a@localhost", "localhost")]
    [InlineData("SRS0=x=y=other.example=b@example.org", "example.org")]
    public void One_domain_is_read_as_everybody_reads_it(string from, string domain)
    {
        AuthorDomain author = Of(from);
        Assert.Equal((AuthorFault.None, ""), (author.Fault, author.Text));
        Assert.Equal([domain], author.Domains);
        Assert.Equal(domain, author.Name);
        Assert.False(author.MayDeceive);
    }

    [Theory]
    [InlineData("a@one.example, b@two.example", "one.example two.example")]
    [InlineData("b@two.example <a@one.example>, <b@two.example>", "one.example two.example")]
    [InlineData("Us: a@one.example, b@two.example;, c@three.example", "one.example two.example three.example")]
    [InlineData("A: a@one.example; B: b@two.example;", "one.example two.example")]
    [InlineData("a@one.example,,root,b@two.example,c@3.example,d@4.example",
        "one.example two.example 3.example 4.example")]
    public void Several_domains_are_all_the_authors(string from, string domains)
        => Assert.Equal(domains.Split(' '), Of(from).Domains);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("root")]
    [InlineData("Charlie Root <root>")]
    [InlineData("(nobody)")]
    [InlineData("<>")]
    [InlineData("MAILER-DAEMON (Mail Delivery System)")]
    [InlineData("Undisclosed:;")]
    [InlineData("\"Undisclosed\": ;")]
    [InlineData("a@[192.0.2.1]")]
    [InlineData("b@other.example <a@[IPv6:2001:db8::1]>")]
    public void A_field_without_a_domain_is_harmless(string from)
    {
        AuthorDomain author = Of(from);
        Assert.Equal(AuthorFault.NoDomain, author.Fault);
        Assert.False(author.MayDeceive);
        Assert.Equal("", author.Name);
    }

    [Theory]
    [InlineData("<a@one.example> <b@two.example>")]
    [InlineData("<a@one.example> b@two.example")]
    [InlineData("<a@one.example><b@two.example>")]
    [InlineData("<a@one.example> \"b@two.example\"")]
    [InlineData("<a@one.example> =?utf-8?q?b=40two.example?=")]
    [InlineData("a@one.example b@two.example")]
    [InlineData("a@one.example Name")]
    [InlineData("a@one.example;b@two.example")]
    [InlineData("<@one.example:b@two.example>")]
    [InlineData("<@one.example,@two.example:b@three.example>")]
    [InlineData("<mailto:a@one.example>")]
    [InlineData("mailto:a@one.example;, b:c@d:")]
    [InlineData("<a@one.example, b@two.example>")]
    [InlineData("a@one.example@two.example")]
    [InlineData("<a@one.example@two.example>")]
    [InlineData("a@b@")]
    [InlineData("a@")]
    [InlineData("@one.example")]
    [InlineData("a@.")]
    [InlineData("a@one..example")]
    [InlineData("a@.one.example")]
    [InlineData("a@one.example\\@two.example")]
    [InlineData("a@one\\.example")]
    [InlineData("a@\"one.example\"")]
    [InlineData("a@one.example/two")]
    [InlineData("a@one example")]
    [InlineData("a b@one.example")]
    [InlineData("b@two.example <>")]
    [InlineData("b@two.example <>, a@one.example")]
    [InlineData("<a@one.example")]
    [InlineData("a@one.example>")]
    [InlineData("<<a@one.example>>")]
    [InlineData("\"Name <a@one.example>")]
    [InlineData("Name (of <a@one.example>")]
    [InlineData("Name) <a@one.example>")]
    [InlineData("a@[192.0.2.1")]
    [InlineData("a@one.example]")]
    [InlineData("a@one.example\0@two.example")]
    [InlineData("a@one.example\u0001")]
    [InlineData("\"Na\0me\" <a@one.example>")]
    [InlineData("(\0) a@one.example")]
    [InlineData("a@one.example\rFrom: b@two.example")]
    [InlineData("a@one.example\u0085b@two.example")]
    [InlineData("=?utf-8?b?YUBvbmUuZXhhbXBsZQ==?=")]
    [InlineData("<=?utf-8?b?YUBvbmUuZXhhbXBsZQ==?=>")]
    [InlineData("=?utf-8?q?a=40one.example?=@two.example")]
    [InlineData("\"=?utf-8?q?a=40one.example?=\"@two.example")]
    [InlineData("\"a@one.example\"")]
    [InlineData("(a@one.example)")]
    [InlineData("\"a@one.example\" <root>")]
    [InlineData("a\uff20one.example")]
    [InlineData("a@one.example, \"unclosed")]
    [InlineData("a@-\u00a0-.example")]
    [InlineData("a@one.example\u200b")]
    [InlineData("a@o\u00adne.example")]
    [InlineData("a@one\u200d.example")]
    [InlineData("a@\u200cone.example")]
    [InlineData("a@one\u034f.example")]
    [InlineData("a@one\ufe0f.example")]
    [InlineData("a@\u202eeno.example")]
    [InlineData("a@\uff4fne.example")]
    [InlineData("a@bank\u212a.example")]
    [InlineData("a@\u24d1ank.example")]
    [InlineData("a@\ud835\udc1bank.example")]
    [InlineData("a@\ufb01rst.example")]
    [InlineData("a@fir\u017ft.example")]
    [InlineData("a@\ud83c\udfe6.example")]
    public void What_two_readers_may_read_in_two_ways_is_malformed(string from)
    {
        AuthorDomain author = Of(from);
        Assert.Equal(AuthorFault.Malformed, author.Fault);
        Assert.Empty(author.Domains);
        Assert.True(author.MayDeceive);
        Assert.NotEqual("", author.Text);
    }

    [Fact]
    public void Octets_that_are_no_UTF8_may_stand_in_a_name_and_not_in_a_domain()
    {
        Assert.Equal("example.org", AuthorDomain.OfField(Encoding.Latin1.GetBytes("J\u00f6rg <a@example.org>")).Name);
        Assert.Equal("example.org", AuthorDomain.OfField(Encoding.Latin1.GetBytes("\"J\u00f6\" <a@example.org>")).Name);
        Assert.Equal(AuthorFault.Malformed,
            AuthorDomain.OfField(Encoding.Latin1.GetBytes("a@b\u00fccher.example")).Fault);
    }

    [Theory]
    [InlineData("Subject: x\r\n\r\n", "Missing", false)]
    [InlineData("", "Missing", false)]
    [InlineData("From: a@one.example\r\nFrom: a@one.example\r\n", "Repeated", true)]
    [InlineData("From: a@one.example\nfrom : b@two.example\n", "Repeated", true)]
    [InlineData("X: 1\rFrom: b@two.example\r\nFrom: a@one.example\r\n", "Malformed", true)]
    [InlineData("FROM\t: a@one.example\n", "None", false)]
    [InlineData("Resent-From: a@two.example\nFrom: a@one.example\n>From: a@two.example\n", "None", false)]
    public void There_is_one_From_field(string header, string fault, bool mayDeceive)
    {
        var author = AuthorDomain.Of(new HeaderSection(Encoding.ASCII.GetBytes(header)));
        Assert.Equal((fault, mayDeceive), (author.Fault.ToString(), author.MayDeceive));
        Assert.Equal(fault == "None" ? "one.example" : "", author.Name);
    }

    [Fact]
    public void Behind_what_was_cut_there_may_be_another_author()
    {
        var author = AuthorDomain.Of(new HeaderSection("From: a@one.example\r\n"u8.ToArray(), isCut: true));
        Assert.Equal((AuthorFault.TooMuch, true), (author.Fault, author.MayDeceive));
    }

    [Fact]
    public void More_domains_and_octets_than_are_read_are_a_fault()
    {
        string five = string.Join(',', Enumerable.Range(1, 5).Select(i => $"a@{i}.example"));
        Assert.Equal((AuthorFault.TooMuch, true), (Of(five).Fault, Of(five).MayDeceive));
        string many = string.Join(',', Enumerable.Repeat("a@one.example", 1000));
        Assert.Equal("one.example", Of(many).Name);
        Assert.Equal(AuthorFault.TooMuch, Of(many + "," + many).Fault);
    }

    [Theory]
    [InlineData("Example.ORG", "example.org")]
    [InlineData("b\u00fccher.example", "xn--bcher-kva.example")]
    [InlineData("B\u00dcCHER\u3002example", "xn--bcher-kva.example")]
    [InlineData("col\u00b7lecci\u00f3.example", "xn--collecci-ioa91d.example")]
    [InlineData("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example", "xn--mgba3gch31f060k.example")]
    [InlineData("\u30d6\u30c3\u30af\u30aa\u30d5\u30fb.example", "xn--kckj3dudb0u.example")]
    [InlineData("\ud55c\uad6d.\u4f8b", "xn--3e0b707e.xn--fsq")]
    [InlineData("", "")]
    [InlineData(".", "")]
    [InlineData("a b.example", "")]
    [InlineData("a\\032b.example", "")]
    public void A_domain_alone_may_be_given(string domain, string name)
        => Assert.Equal(name, AuthorDomain.Of(domain).Name);

    [Fact]
    public void Every_prefix_and_garbage_come_to_an_end()
    {
        const string whole = "Us: \"a \\\" (b\" <\"x y\"@one(c).example> d, e@[1.2.3.4] (f\\)), g@\r\n two.example;";
        for (int i = 0; i <= whole.Length; i++)
            Assert.NotNull(Of(whole[..i]));
        const string letters = "a.@<>:;,\"()[]\\ \r\n\t\0=?\u00fc";
        var random = new Random(9989);
        for (int i = 0; i < 20_000; i++)
        {
            AuthorDomain author = Of(random.GetString(letters, random.Next(24)));
            Assert.Equal(author.Fault == AuthorFault.None, author.Domains.Count > 0);
            Assert.All(author.Domains, domain => Assert.Matches("^[-a-z0-9_]+([.][-a-z0-9_]+)*$", domain));
        }
    }

    [Theory]
    [InlineData("@")]
    [InlineData("(")]
    [InlineData("<")]
    [InlineData("a:")]
    [InlineData("\"\\")]
    [InlineData("a@b.c,")]
    [InlineData(" .")]
    [InlineData("a.")]
    public void A_field_of_one_thing_over_and_over_costs_little(string piece)
    {
        string text = string.Concat(Enumerable.Repeat(piece, AuthorDomain.FieldLimit / piece.Length));
        TimeSpan took = ThreadTime.Of(() =>
        {
            for (int i = 0; i < 20; i++)
                Of(text);
        });
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    private static AuthorDomain Of(string from) => AuthorDomain.OfField(Encoding.UTF8.GetBytes(from));
}
