using System.Text;
using MailModule.Mail;

namespace MailModule.Tests.Mail;

public class MailAddressTests
{
    [Theory]
    [InlineData("a@b", "a", "b")]
    [InlineData("first.last+tag@Sub.Example.COM", "first.last+tag", "Sub.Example.COM")]
    [InlineData("!#$%&'*+-/=?^_`{|}~@b.example", "!#$%&'*+-/=?^_`{|}~", "b.example")]
    [InlineData("\"\"@b.example", "", "b.example")]
    [InlineData("\"a b\"@b.example", "a b", "b.example")]
    [InlineData("\"a\\\"\\\\b@\"@b.example", "a\"\\b@", "b.example")]
    [InlineData("a@[127.0.0.1]", "a", "[127.0.0.1]")]
    [InlineData("a@[IPv6:::1]", "a", "[IPv6:::1]")]
    [InlineData("a@[IPv6:2001:db8::192.0.2.1]", "a", "[IPv6:2001:db8::192.0.2.1]")]
    [InlineData("a@[X-400:c=de!]", "a", "[X-400:c=de!]")]
    [InlineData("a@1.2", "a", "1.2")]
    [InlineData("用户@例子.example", "用户", "例子.example")]
    [InlineData("Postmaster", "Postmaster", "")]
    public void Addresses_are_taken_apart(string text, string local, string domain)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address));
        Assert.Equal((text, local, domain), (address.Text, address.LocalPart, address.Domain));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("@b")]
    [InlineData("a@")]
    [InlineData("a@b.")]
    [InlineData("a@.b")]
    [InlineData("a@b..c")]
    [InlineData("a@-b")]
    [InlineData("a@b-")]
    [InlineData("a@b c")]
    [InlineData(".@b")]
    [InlineData("...@b")]
    [InlineData("a..b")]
    [InlineData("a@_.-")]
    [InlineData("a b@c")]
    [InlineData("a@b@c")]
    [InlineData("a<@b")]
    [InlineData("a,b@c")]
    [InlineData("\"a@b")]
    [InlineData("\"a\"b@c")]
    [InlineData("\"a\\")]
    [InlineData("\"a\\é\"@b")]
    [InlineData("a@[1.2.3]")]
    [InlineData("a@[1.2.3.4.5]")]
    [InlineData("a@[1.2.3.256]")]
    [InlineData("a@[01.2.3.4]")]
    [InlineData("a@[1..2.3]")]
    [InlineData("a@[]")]
    [InlineData("a@[IPv6:]")]
    [InlineData("a@[IPv6:1.2.3.4]")]
    [InlineData("a@[IPv6:fe80::1%eth0]")]
    [InlineData("a@[x:[]")]
    [InlineData("a@[-:x]")]
    [InlineData("a@[a_b:x]")]
    [InlineData("a@[:x]")]
    [InlineData("a@[1.2.3.4")]
    [InlineData("a\r@b")]
    [InlineData("a\n@b")]
    [InlineData("\"a\0\"@b")]
    [InlineData("\"a\\\r\"@b")]
    [InlineData("\"a\u0085\"@b")]
    [InlineData("a@b\u007f")]
    public void What_is_no_address_is_refused(string text) => Assert.False(MailAddress.TryParse(text, out _));

    [Fact]
    public void Limits_are_512_octets_quotes_included_and_255()
    {
        string domain = string.Join('.', Enumerable.Repeat(new string('d', 63), 3)) + "." + new string('e', 63);
        Assert.Equal(255, domain.Length);
        Assert.True(MailAddress.TryParse(new string('a', 510) + "@" + domain, out _));
        Assert.False(MailAddress.TryParse(new string('a', 511) + "@" + domain, out _));
        Assert.True(MailAddress.TryParse($"\"{new string('a', 510)}\"@{domain}", out _));
        Assert.False(MailAddress.TryParse($"\"{new string('a', 511)}\"@{domain}", out _));
        Assert.False(MailAddress.TryParse("a@" + domain[1..] + ".ff", out _));
        Assert.False(MailAddress.TryParse("a@" + new string('d', 64), out _));
        Assert.False(MailAddress.TryParse(new string('é', 256) + "@b", out _));
    }

    [Theory]
    [InlineData("a..b@c", "a..b", "\"a..b\"@c")]
    [InlineData(".a@c", ".a", "\".a\"@c")]
    [InlineData("a.@c", "a.", "\"a.\"@c")]
    [InlineData("...a..b...@[127.0.0.1]", "...a..b...", "\"...a..b...\"@[127.0.0.1]")]
    [InlineData("é..b@c", "é..b", "\"é..b\"@c")]
    [InlineData("a.b@c_d._e.example", "a.b", "a.b@c_d._e.example")]
    [InlineData("\"a..b\"@c", "a..b", "\"a..b\"@c")]
    public void Dots_anywhere_and_underscores_are_taken_and_others_get_what_the_grammar_has(
        string text, string local, string wire)
    {
        MailAddress address = Parse(text);
        Assert.Equal((text, local, wire), (address.Text, address.LocalPart, address.WireText));
        Assert.Equal(address, Parse(wire));
        Assert.Equal(wire, Parse(wire).WireText);
    }

    [Fact]
    public void The_longest_address_is_one_in_its_quotes_too()
    {
        MailAddress longest = Parse("." + new string('a', 509) + "@b");
        Assert.Equal(longest, Parse(longest.WireText));
    }

    [Fact]
    public void Utf8_is_taken_only_where_it_is_allowed()
    {
        byte[] address = "\u00e9@b.example"u8.ToArray();
        Assert.True(MailAddress.TryParse(address, utf8: true, out MailAddress parsed) && parsed.NeedsUtf8);
        Assert.False(MailAddress.TryParse(address, utf8: false, out _));
        Assert.False(MailAddress.TryParse([0xc3, (byte)'@', (byte)'b'], utf8: true, out _));
        Assert.True(MailAddress.TryParse("a@b"u8, utf8: false, out parsed) && !parsed.NeedsUtf8);
    }

    [Fact]
    public void Domains_are_equal_without_regard_to_case_and_local_parts_are_not()
    {
        Assert.Equal(Parse("a@B.example"), Parse("a@b.EXAMPLE"));
        Assert.Equal(Parse("a@B.example").GetHashCode(), Parse("a@b.EXAMPLE").GetHashCode());
        Assert.Equal(Parse("\"a\"@b"), Parse("a@b"));
        Assert.NotEqual(Parse("A@b"), Parse("a@b"));
        Assert.True(MailAddress.Null.IsNull);
    }

    [Fact]
    public void Garbage_never_throws_and_nothing_accepted_has_a_control_character()
    {
        var random = new Random(2821);
        byte[] alphabet = [.. "a.@\"\\[]:<> 1fIPv6-"u8, 0, 13, 10, 127, 0xc2, 0x85, 0xc3, 0xa9, 0xff];
        for (int i = 0; i < 200_000; i++)
        {
            byte[] text = new byte[random.Next(12)];
            foreach (ref byte octet in text.AsSpan())
                octet = alphabet[random.Next(alphabet.Length)];
            if (MailAddress.TryParse(text, utf8: true, out MailAddress address))
                Assert.DoesNotContain(address.Text, char.IsControl);
        }
    }

    [Theory]
    [InlineData("<>x", "", "x")]
    [InlineData("<a@b> SIZE=1", "a@b", " SIZE=1")]
    [InlineData("<@x,@y.z:a@b>", "a@b", "")]
    [InlineData("<\">\"@b>>", "\">\"@b", ">")]
    [InlineData("<\"\\\">\"@b>", "\"\\\">\"@b", "")]
    public void Paths_end_at_their_bracket(string text, string address, string rest)
    {
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(text);
        Assert.True(MailPath.TryParse(ref input, utf8: false, out MailAddress parsed));
        Assert.Equal((address, rest), (parsed.Text, Encoding.UTF8.GetString(input)));
    }

    [Fact]
    public void No_prefix_of_a_path_is_a_path()
    {
        byte[] path = "<@x.y,@z:\"a > \\\"b\"@[IPv6:::1]>"u8.ToArray();
        for (int length = 0; length < path.Length; length++)
        {
            ReadOnlySpan<byte> input = path.AsSpan(0, length);
            Assert.False(MailPath.TryParse(ref input, utf8: true, out _));
            Assert.Equal(length, input.Length);
        }
    }

    [Theory]
    [InlineData("a@b")]
    [InlineData("< >")]
    [InlineData("<a@b")]
    [InlineData("<@x>")]
    [InlineData("<@:a@b>")]
    [InlineData("<@x,:a@b>")]
    [InlineData("<@[1.2.3.4]:a@b>")]
    [InlineData("<<a@b>>")]
    public void Malformed_paths_are_refused(string text)
    {
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(text);
        Assert.False(MailPath.TryParse(ref input, utf8: true, out _));
        Assert.Equal(text.Length, input.Length);
    }

    [Theory]
    [InlineData("a@b SIZE=1", "a@b", " SIZE=1")]
    [InlineData("a..b@c_d", "a..b@c_d", "")]
    [InlineData("\"a> SIZE=1\"@b X", "\"a> SIZE=1\"@b", " X")]
    [InlineData("Postmaster ", "Postmaster", " ")]
    public void Addresses_without_brackets_end_at_a_blank(string text, string address, string rest)
    {
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(text);
        Assert.True(MailPath.TryParseBare(ref input, utf8: false, out MailAddress parsed));
        Assert.Equal((address, rest), (parsed.Text, Encoding.UTF8.GetString(input)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" a@b")]
    [InlineData("<a@b>")]
    [InlineData("<>")]
    [InlineData("a@b>")]
    [InlineData("a@b,c@d")]
    [InlineData("@x:a@b")]
    [InlineData("@x,@y:a@b")]
    [InlineData("\"a b@c d")]
    [InlineData("a b@c")]
    [InlineData("a")]
    [InlineData("SIZE=1")]
    [InlineData("a@b\tSIZE=1")]
    public void What_has_no_brackets_and_is_no_address_is_refused(string text)
    {
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(text);
        Assert.False(MailPath.TryParseBare(ref input, utf8: true, out _));
        Assert.Equal(text.Length, input.Length);
    }

    private static MailAddress Parse(string text)
        => MailAddress.TryParse(text, out MailAddress address) ? address : throw new ArgumentException(text);
}
