using System.Net;
using MailModule.Authentication.Spf;

namespace MailModule.Tests.Authentication.Spf;

public class MacroTextTests
{
    private static readonly MacroValues Values = new(
        "strong-bad", "email.example.com", IPAddress.Parse("192.0.2.3"), "mail.example.net", "mx.example.org",
        DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    // RFC 7208 §7.4.
    [Theory]
    [InlineData("%{s}", "strong-bad@email.example.com")]
    [InlineData("%{o}", "email.example.com")]
    [InlineData("%{d}", "email.example.com")]
    [InlineData("%{d4}", "email.example.com")]
    [InlineData("%{d3}", "email.example.com")]
    [InlineData("%{d2}", "example.com")]
    [InlineData("%{d1}", "com")]
    [InlineData("%{dr}", "com.example.email")]
    [InlineData("%{d2r}", "example.email")]
    [InlineData("%{l}", "strong-bad")]
    [InlineData("%{l-}", "strong.bad")]
    [InlineData("%{lr}", "strong-bad")]
    [InlineData("%{lr-}", "bad.strong")]
    [InlineData("%{l1r-}", "strong")]
    [InlineData("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com")]
    [InlineData("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com")]
    [InlineData("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com")]
    [InlineData("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com")]
    [InlineData("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net")]
    // And beyond its examples.
    [InlineData("%{S}", "strong-bad%40email.example.com")]
    [InlineData("%{h}.%{p}", "mail.example.net.unknown")]
    [InlineData("%{d99999999999}", "email.example.com")]
    [InlineData("%{dR}", "com.example.email")]
    [InlineData("%{s1r-@.e}x.y", null)]
    [InlineData("a%%b%_c%-d.e", "a%b c%20d.e")]
    [InlineData("%{d}.x.", "email.example.com.x")]
    public void Macros_stand_for_values(string text, string? expected)
        => Assert.Equal(
            expected,
            MacroText.TryParse(text, MacroUse.DomainSpec, out MacroText macros) ? macros.ExpandName(Values) : null);

    [Fact]
    public void An_ipv6_address_is_nibbles_or_itself()
    {
        MacroValues values = Values with { Client = IPAddress.Parse("2001:db8::cb01") };
        Assert.True(MacroText.TryParse("%{ir}.%{v}._spf.%{d2}", MacroUse.DomainSpec, out MacroText name));
        Assert.Equal(
            "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com",
            name.ExpandName(values));
        Assert.True(MacroText.TryParse("%{c} %{C}", MacroUse.Explanation, out MacroText text));
        Assert.Equal("2001:db8::cb01 2001%3Adb8%3A%3Acb01", text.ExpandExplanation(values));
    }

    [Fact]
    public void An_explanation_has_macros_of_its_own()
    {
        Assert.True(MacroText.TryParse(
            "See http://%{d}/why?s=%{S};ip=%{c} at %{t}, says %{r}.", MacroUse.Explanation, out MacroText text));
        Assert.Equal(
            "See http://email.example.com/why?s=strong-bad%40email.example.com;ip=192.0.2.3 at 1700000000, "
            + "says mx.example.org.",
            text.ExpandExplanation(Values));
        Assert.True(MacroText.TryParse("%{r}", MacroUse.Explanation, out text));
        Assert.Equal("unknown", text.ExpandExplanation(Values with { HostName = "" }));
    }

    [Theory]
    [InlineData("bell\a")]
    [InlineData("line\r\nbreak")]
    [InlineData("\u00fcmlaut")]
    [InlineData("100% of it")]
    [InlineData("%{z}")]
    public void An_explanation_of_other_characters_is_none(string text)
        => Assert.False(MacroText.TryParse(text, MacroUse.Explanation, out _));

    [Fact]
    public void What_values_have_beyond_visible_ascii_is_not_explained()
    {
        Assert.True(MacroText.TryParse("%{l}|%{h}", MacroUse.Explanation, out MacroText text));
        MacroValues values = Values with { LocalPart = "\u00e4\r\n550 b", Helo = "x\0\u007f" };
        Assert.Equal("???550 b|x??", text.ExpandExplanation(values));
    }

    [Fact]
    public void A_name_loses_labels_from_the_left_until_it_fits()
    {
        // RFC 7208 §7.3: 253 characters, and whole labels alone are removed.
        string label = new('x', 49);
        for (int first = 1; first <= 63; first++)
        {
            string name = $"{new string('a', first)}.{label}.{label}.{label}.{label}.{new string('z', 49)}.b";
            Assert.True(MacroText.TryParse(name, MacroUse.DomainSpec, out MacroText text));
            string expanded = text.ExpandName(Values);
            Assert.Equal(first == 1 ? name : name[(first + 1)..], expanded);
        }
    }

    [Fact]
    public void A_name_without_a_dot_at_its_end_is_cut_to_nothing()
    {
        Assert.True(MacroText.TryParse(new string('x', 300) + "%{l-}%{l}", MacroUse.DomainSpec, out MacroText text));
        Assert.Equal("", text.ExpandName(Values with { LocalPart = new string('y', 300) }));
    }

    [Fact]
    public void A_final_dot_does_not_count()
    {
        string name = string.Join('.', Enumerable.Repeat(new string('x', 49), 5)) + ".abc";
        Assert.Equal(253, name.Length);
        Assert.True(MacroText.TryParse(name + ".", MacroUse.DomainSpec, out MacroText text));
        Assert.Equal(name, text.ExpandName(Values));
    }

    [Fact]
    public void Macros_that_explode_cost_what_a_name_may_have()
    {
        string text = string.Concat(Enumerable.Repeat("%{S}", 16_000)) + ".example.org";
        MacroValues values = Values with { LocalPart = new string('\u00e4', 1000) };
        Assert.True(MacroText.TryParse(text, MacroUse.DomainSpec, out MacroText name));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(name.ExpandName(values).Length <= 253);
        Assert.True(MacroText.TryParse(text, MacroUse.Explanation, out MacroText explanation));
        Assert.Equal(MacroText.ExplanationLimit, explanation.ExpandExplanation(values).Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }
}
