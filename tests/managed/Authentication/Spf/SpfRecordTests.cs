using MailModule.Authentication;
using MailModule.Authentication.Spf;

namespace MailModule.Tests.Authentication.Spf;

public class SpfRecordTests
{
    /// <summary>Every kind of term, so that every prefix of it cuts one.</summary>
    private const string Whole = "v=spf1 +a/24//64 -mx:%{d2r-}.example.org/8 ~ptr:example.org ?ip4:192.0.2.0/24 "
        + "ip6:2001:db8::1.2.3.4/32 include:%{l1r+}.%{ir}.example.org exists:%{s}%%%_%-.%{h} x-y_z.1=%{o}/:= "
        + "redirect=_spf.%{v} exp=why.%{D} -all";

    [Theory]
    [InlineData("v=spf1", true)]
    [InlineData("V=SPF1 ", true)]
    [InlineData("v=spf1 -all", true)]
    [InlineData("v=spf10", false)]
    [InlineData("v=spf1\t-all", false)]
    [InlineData("v=spf1-all", false)]
    [InlineData(" v=spf1 -all", false)]
    [InlineData("v=spf", false)]
    [InlineData("spf2.0/pra -all", false)]
    [InlineData("", false)]
    public void A_record_begins_with_its_version_and_a_blank(string text, bool isOne)
        => Assert.Equal(isOne, SpfRecord.IsOne(text));

    [Theory]
    [InlineData("all")]
    [InlineData("ALL -All ?aLL ~all +all")]
    [InlineData("include:example.org INCLUDE:%{d}")]
    [InlineData("a a:example.org a/0 a/32 a//0 a//128 a/24//64 A:example.org/24//64 a:foo:bar/baz.example.org")]
    [InlineData("mx mx:example.org mx/0 mx:%{o}/32 mx//128 mx:a.b./1//2")]
    [InlineData("ptr PTR:example.org")]
    [InlineData("ip4:0.0.0.0 ip4:255.255.255.255/0 ip4:192.0.2.1/32")]
    [InlineData("ip6::: ip6:::1 ip6:2001:db8::/32 ip6:::ffff:192.0.2.1/128 ip6:1:2:3:4:5:6:7:8/0")]
    [InlineData("exists:%{i}.example.org. exists:%{i}")]
    [InlineData("redirect=%{d} exp=a.b-c")]
    [InlineData("a=b z9-_.=/:=%{s}%%%_%- unknown=")]
    [InlineData("a:%% a:%_ a:%- a:%{d0001} a:%{d999999999999999999999} a:%{dR.-+,/_=}")]
    [InlineData("a:x.0-1 a:x.xn--p1ai a:x.1a")]
    [InlineData("   a   -all   ")]
    public void These_terms_are_right(string terms)
        => Assert.NotNull(SpfRecord.Parse("v=spf1 " + terms, out _));

    [Theory]
    [InlineData("all:")]
    [InlineData("all/8")]
    [InlineData("all.")]
    [InlineData("--all")]
    [InlineData("-")]
    [InlineData("*all")]
    [InlineData("-redirect=example.org")]
    [InlineData("include")]
    [InlineData("include:")]
    [InlineData("include:example.org/24")]
    [InlineData("include:org")]
    [InlineData("a:")]
    [InlineData("a/")]
    [InlineData("a//")]
    [InlineData("a/33")]
    [InlineData("a/024")]
    [InlineData("a/00")]
    [InlineData("a//129")]
    [InlineData("a/24/64")]
    [InlineData("a///64")]
    [InlineData("a//64/24")]
    [InlineData("a/99999999999")]
    [InlineData("a.example.org")]
    [InlineData("a:192.0.2.1")]
    [InlineData("a:example.org,")]
    [InlineData("a:example.-org")]
    [InlineData("a:example.org-")]
    [InlineData("a:example..")]
    [InlineData("a:%{d}org")]
    [InlineData("a:%{d}.")]
    [InlineData("a:.")]
    [InlineData("mx:")]
    [InlineData("ptr:")]
    [InlineData("ptr/24")]
    [InlineData("ip4")]
    [InlineData("ip4:")]
    [InlineData("ip4:192.0.2")]
    [InlineData("ip4:192.0.2.256")]
    [InlineData("ip4:192.0.2.01")]
    [InlineData("ip4:192.0.2.1.1")]
    [InlineData("ip4:192.0.2.1/33")]
    [InlineData("ip4:192.0.2.1//32")]
    [InlineData("ip4:192.0.2.1/")]
    [InlineData("ip4:0xc0.0.2.1")]
    [InlineData("ip4:2001:db8::1")]
    [InlineData("ip6")]
    [InlineData("ip6:")]
    [InlineData("ip6:192.0.2.1")]
    [InlineData("ip6::1")]
    [InlineData("ip6:1::2::3")]
    [InlineData("ip6:12345::")]
    [InlineData("ip6:fe80::1%1")]
    [InlineData("ip6:[::1]")]
    [InlineData("ip6:::192.0.2.01")]
    [InlineData("ip6:::1.2.3")]
    [InlineData("ip6:::1/129")]
    [InlineData("ip6:1:2:3:4:5:6:7:8:9")]
    [InlineData("exists")]
    [InlineData("exists:")]
    [InlineData("redirect=")]
    [InlineData("redirect=org")]
    [InlineData("exp=")]
    [InlineData("redirect=a.b redirect=a.b")]
    [InlineData("exp=a.b Exp=c.d")]
    [InlineData("=x")]
    [InlineData("1x=y")]
    [InlineData("x/y=z")]
    [InlineData("x=%")]
    [InlineData("x=%{")]
    [InlineData("x=%{}")]
    [InlineData("x=%{y}")]
    [InlineData("x=%{d0}")]
    [InlineData("x=%{d00}")]
    [InlineData("x=%{d-1}")]
    [InlineData("x=%{dr2}")]
    [InlineData("x=%{d;}")]
    [InlineData("x=%(d)")]
    [InlineData("a:%{c}")]
    [InlineData("exists:%{t}.example.org")]
    [InlineData("a\t-all")]
    [InlineData("a\u00a0-all")]
    [InlineData("a:ex\u00e4mple.org")]
    [InlineData("a:example.org\0")]
    [InlineData("moo")]
    public void One_of_these_terms_makes_a_record_wrong_wherever_it_stands(string term)
    {
        Assert.Null(SpfRecord.Parse("v=spf1 " + term, out string fault));
        Assert.NotEqual("", fault);
        Assert.Null(SpfRecord.Parse("v=spf1 a -all " + term, out _));
        Assert.Null(SpfRecord.Parse($"v=spf1 {term} -all", out _));
    }

    [Fact]
    public void What_terms_say_is_kept()
    {
        SpfRecord record = SpfRecord.Parse(Whole, out string fault)!;
        Assert.Equal("", fault);
        Assert.Equal(
            [
                (AuthResult.Pass, SpfMechanism.A, "a/24//64"),
                (AuthResult.Fail, SpfMechanism.Mx, "mx:%{d2r-}.example.org/8"),
                (AuthResult.SoftFail, SpfMechanism.Ptr, "ptr:example.org"),
                (AuthResult.Neutral, SpfMechanism.Ip4, "ip4:192.0.2.0/24"),
                (AuthResult.Pass, SpfMechanism.Ip6, "ip6:2001:db8::1.2.3.4/32"),
                (AuthResult.Pass, SpfMechanism.Include, "include:%{l1r+}.%{ir}.example.org"),
                (AuthResult.Pass, SpfMechanism.Exists, "exists:%{s}%%%_%-.%{h}"),
                (AuthResult.Fail, SpfMechanism.All, "all"),
            ],
            record.Directives.Select(one => (one.Qualifier, one.Mechanism, one.Text)));
        Assert.Equal((24, 64), record.Directives[0].PrefixLengths);
        Assert.Equal((8, 128), record.Directives[1].PrefixLengths);
        Assert.NotNull(record.Redirect);
        Assert.NotNull(record.Explanation);
    }

    [Fact]
    public void Every_prefix_is_right_or_wrong_and_nothing_else()
    {
        int right = 0;
        for (int end = "v=spf1".Length; end <= Whole.Length; end++)
        {
            SpfRecord? record = SpfRecord.Parse(Whole[..end], out string fault);
            Assert.Equal(record is null, fault.Length > 0);
            right += record is null ? 0 : 1;
        }
        Assert.InRange(right, 20, Whole.Length - 100);
    }

    [Fact]
    public void Garbage_is_right_or_wrong_and_nothing_else()
    {
        const string Alphabet = " \t%{}:/=.-_+~?,0129aipmxlrsdhvctALS@\0\\\"\u00e4\u00ff";
        var random = new Random(7208);
        char[] term = new char[40];
        for (int i = 0; i < 20_000; i++)
        {
            for (int at = 0; at < term.Length; at++)
                term[at] = Alphabet[random.Next(Alphabet.Length)];
            string text = "v=spf1 " + new string(term, 0, random.Next(term.Length));
            Assert.Equal(SpfRecord.Parse(text, out string fault) is null, fault.Length > 0);
            Assert.DoesNotContain(fault, c => c is < ' ' or > '~');
        }
    }

    [Fact]
    public void A_record_that_is_damaged_anywhere_is_read_all_the_same()
    {
        for (int at = "v=spf1".Length; at < Whole.Length; at++)
            foreach (char c in " %{}:/=.\0\u00ff")
            {
                string text = string.Concat(Whole.AsSpan(0, at), c.ToString(), Whole.AsSpan(at + 1));
                Assert.Equal(SpfRecord.Parse(text, out string fault) is null, fault.Length > 0);
            }
    }
}
