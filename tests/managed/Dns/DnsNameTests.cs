using System.Text;
using MailModule.Dns;
using MailModule.Dns.Wire;
using MailModule.Tests.Support;

namespace MailModule.Tests.Dns;

public class DnsNameTests
{
    private static readonly string LongestLabel = new('a', 63);

    [Theory]
    [InlineData("example.org", "example.org")]
    [InlineData("Example.ORG.", "example.org")]
    [InlineData(".", "")]
    [InlineData("_25._tcp.mx-1.example.org", "_25._tcp.mx-1.example.org")]
    [InlineData(@"a\.b.org", @"a\046b.org")]
    [InlineData(@"\097\\b.org", @"a\092b.org")]
    [InlineData(@"\000\255.org", @"\000\255.org")]
    public void A_name_has_one_way_to_be_written(string text, string name)
    {
        Assert.True(DnsName.TryNormalize(text, out string normal));
        Assert.Equal(name, normal);
        Assert.True(DnsName.TryNormalize(name.Length == 0 ? "." : name, out string again));
        Assert.Equal(name, again);
    }

    [Theory]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("BÜCHER.Example", "xn--bcher-kva.example")]
    [InlineData("straße.de", "xn--strae-oqa.de")]
    [InlineData("例え.jp", "xn--r8jz45g.jp")]
    [InlineData("例え。jp", "xn--r8jz45g.jp")]
    [InlineData("ليهمابتكلموشعربي؟.org", "xn--egbpdaj6bu4bxfgehfvwxn.org")]
    [InlineData("почемужеонинеговорятпорусски", "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l")]
    [InlineData("3年B組金八先生", "xn--3b-ww4c5e180e575a65lsy2b")]
    [InlineData("安室奈美恵-with-super-monkeys", "xn---with-super-monkeys-pc58ag80a8qai00g7n9n")]
    [InlineData("💌.example", "xn--rr8h.example")]
    public void Letters_beyond_ascii_are_written_as_rfc_3492_does(string text, string name)
    {
        Assert.True(DnsName.TryNormalize(text, out string normal));
        Assert.Equal(name, normal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".example.org")]
    [InlineData("example..org")]
    [InlineData("exam ple.org")]
    [InlineData("example.org\r\n")]
    [InlineData("a\0b")]
    [InlineData(@"a\25.org")]
    [InlineData(@"a\256.org")]
    [InlineData(@"a\")]
    [InlineData("b\u00a0ü.org")]
    [InlineData("\u0085.org")]
    [InlineData("ü..org")]
    public void What_is_no_name_is_refused(string text) => Assert.False(DnsName.TryNormalize(text, out _));

    // 13 ms each, where they are encoded first and found to be too long then; a message may name some hundred.
    [Fact]
    public void A_name_of_a_thousand_letters_beyond_ascii_costs_little()
    {
        string text = string.Concat(Enumerable.Range(0, 1000).Select(i => (char)(0x100 + i * 7 % 1500)));
        TimeSpan took = ThreadTime.Of(() =>
        {
            for (int i = 0; i < 300; i++)
                Assert.False(DnsName.TryNormalize(text, out _));
        });
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void The_longest_label_beyond_ascii_is_a_name()
    {
        Assert.True(DnsName.TryNormalize(new string('\u00e4', 56), out string name));
        Assert.InRange(name.Length, 60, 63);
        Assert.False(DnsName.TryNormalize(new string('\u00e4', 60), out _));
    }

    [Fact]
    public void Half_of_a_pair_is_no_letter() => Assert.False(DnsName.TryNormalize($"b{(char)0xd800}.org", out _));

    [Fact]
    public void A_label_of_63_octets_is_a_name_and_one_of_64_is_not()
    {
        Assert.True(DnsName.TryNormalize($"{LongestLabel}.org", out _));
        Assert.False(DnsName.TryNormalize($"{LongestLabel}a.org", out _));
        Assert.False(DnsName.TryNormalize(new string('ü', 80), out _));
    }

    [Fact]
    public void A_name_of_255_octets_is_a_name_and_one_of_256_is_not()
    {
        string most = $"{LongestLabel}.{LongestLabel}.{LongestLabel}.{new string('b', 61)}";
        Assert.True(DnsName.TryNormalize(most, out _));
        Assert.True(DnsName.TryNormalize(most + ".", out _));
        Assert.False(DnsName.TryNormalize(most + "b", out _));
        Assert.False(DnsName.TryNormalize(string.Concat(Enumerable.Repeat("a.", 5000)), out _));
    }

    [Fact]
    public void A_pointer_goes_back_to_an_earlier_name()
    {
        byte[] message =
            [.. new byte[12], .. ResponseBuilder.Name("mail.example.org"), 2, (byte)'m', (byte)'x', 0xc0, 17, 0xff];
        int at = 12;
        Assert.True(DnsName.TryRead(message, ref at, out string first));
        Assert.True(DnsName.TryRead(message, ref at, out string second));
        Assert.Equal(("mail.example.org", "mx.example.org"), (first, second));
        Assert.Equal(message.Length - 1, at);
    }

    [Theory]
    [InlineData(new byte[] { 0xc0, 12 })]
    [InlineData(new byte[] { 1, (byte)'a', 0xc0, 12 })]
    [InlineData(new byte[] { 1, (byte)'a', 0xc0, 14 })]
    [InlineData(new byte[] { 0xc0, 14, 0 })]
    [InlineData(new byte[] { 0xc0, 0 })]
    [InlineData(new byte[] { 0xc0, 11 })]
    [InlineData(new byte[] { 0xc0 })]
    [InlineData(new byte[] { 0xff, 0xff })]
    [InlineData(new byte[] { 0x40, (byte)'a', 0 })]
    [InlineData(new byte[] { 0x80, 0 })]
    [InlineData(new byte[] { 5, (byte)'a', (byte)'b' })]
    [InlineData(new byte[] { 1, (byte)'a' })]
    [InlineData(new byte[] { })]
    public void Loops_pointers_forward_or_into_the_header_and_cut_names_are_refused(byte[] name)
    {
        int at = 12;
        Assert.False(DnsName.TryRead([.. new byte[12], .. name], ref at, out _));
    }

    [Fact]
    public void Two_pointers_that_point_at_each_other_are_refused()
    {
        byte[] message = [.. new byte[12], 1, (byte)'a', 0xc0, 16, 1, (byte)'b', 0xc0, 12];
        int at = 16;
        Assert.False(DnsName.TryRead(message, ref at, out _));
    }

    [Fact]
    public void A_stair_of_pointers_ends_where_no_honest_name_goes()
    {
        List<byte> message = [.. new byte[12], 0];
        int last = 12;
        for (int i = 0; i < 200; i++)
        {
            int here = message.Count;
            message.AddRange([(byte)(0xc0 | last >> 8), (byte)last]);
            last = here;
        }
        int few = 13 + 2 * 100, many = message.Count - 2;
        Assert.True(DnsName.TryRead(message.ToArray(), ref few, out string root));
        Assert.Equal("", root);
        Assert.False(DnsName.TryRead(message.ToArray(), ref many, out _));
    }

    [Fact]
    public void Pointers_do_not_make_a_name_longer_than_255_octets()
    {
        byte[] label = [63, .. Encoding.ASCII.GetBytes(LongestLabel)];
        byte[] message = [.. new byte[12], .. label, .. label, .. label, 0, .. label, 0xc0, 12];
        int at = 12;
        Assert.True(DnsName.TryRead(message, ref at, out _));
        Assert.False(DnsName.TryRead(message, ref at, out _));
    }

    [Theory]
    [InlineData("a.example.org", "example.org", true)]
    [InlineData("example.org", "example.org", true)]
    [InlineData("example.org", "", true)]
    [InlineData("badexample.org", "example.org", false)]
    [InlineData("org", "example.org", false)]
    public void What_is_below_a_name_is_told_by_whole_labels(string name, string other, bool isBelow)
        => Assert.Equal(isBelow, DnsName.IsAtOrBelow(name, other));
}
