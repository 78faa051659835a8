using System.Text;
using MailModule.Mail;
using MailModule.Smtp;

namespace MailModule.Tests.Smtp;

public class TypedAddressTests
{
    [Theory]
    [InlineData("rfc822;a@b.example", "rfc822;a@b.example")]
    [InlineData("RFC822;a+2Bc@b", "RFC822;a+c@b")]
    [InlineData("x400;/S+3Da", "x400;/S=a")]
    [InlineData("rfc822;a;b", "rfc822;a;b")]
    [InlineData("utf-8;a@b.example", "utf-8;a@b.example")]
    [InlineData("UTF-8;f\\x{FC}r@b", "UTF-8;für@b")]
    [InlineData("utf-8;\\x{5C}\\x{2B}\\x{3D}\\x{20}@b", "utf-8;\\+= @b")]
    [InlineData("utf-8;\\x{1F600}@b", "utf-8;😀@b")]
    [InlineData("utf-8;f\\x{fc}r@b", "utf-8;für@b")]
    public void Values_are_read(string value, string typed)
    {
        Assert.True(TypedAddress.TryRead(Encoding.UTF8.GetBytes(value), utf8: false, out string given));
        Assert.Equal(typed, given);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a@b.example")]
    [InlineData(";a@b")]
    [InlineData("rfc822;")]
    [InlineData("rfc 822;a@b")]
    [InlineData("rfc(822);a@b")]
    [InlineData("rfc822;a=b@c")]
    [InlineData("rfc822;a+0Db")]
    [InlineData("rfc822;f\\x{FC}r+C3")]
    [InlineData("rfc822;für@b")]
    [InlineData("utf-8;")]
    [InlineData("utf-8;a+2B@b")]
    [InlineData("utf-8;a=@b")]
    [InlineData("utf-8;für@b")]
    [InlineData("utf-8;\\x{0A}@b")]
    [InlineData("utf-8;\\x{85}@b")]
    [InlineData("utf-8;\\x{D800}@b")]
    [InlineData("utf-8;\\x{110000}@b")]
    [InlineData("utf-8;\\x{1}@b")]
    [InlineData("utf-8;\\x{1234567}@b")]
    [InlineData("utf-8;\\x{}@b")]
    [InlineData("utf-8;\\x{ FC}@b")]
    [InlineData("utf-8;\\x{FC")]
    [InlineData("utf-8;\\")]
    [InlineData("utf-8;\\y{FC}@b")]
    public void Malformed_values_are_refused(string value)
        => Assert.False(TypedAddress.TryRead(Encoding.UTF8.GetBytes(value), utf8: false, out _));

    [Fact]
    public void Utf8_stands_for_itself_in_a_transaction_that_has_it()
    {
        Assert.True(TypedAddress.TryRead("utf-8;für\\x{20}@b"u8, utf8: true, out string typed));
        Assert.Equal("utf-8;für @b", typed);
        Assert.False(TypedAddress.TryRead("rfc822;für@b"u8, utf8: true, out _));
        Assert.False(TypedAddress.TryRead([.. "utf-8;"u8, 0xff], utf8: true, out _));
        Assert.False(TypedAddress.TryRead([.. "utf-8;"u8, 0xc2, 0x85], utf8: true, out _));
    }

    [Fact]
    public void Values_have_a_limit()
    {
        byte[] value = Encoding.ASCII.GetBytes("rfc822;" + new string('a', TypedAddress.ValueLimit - 7));
        Assert.True(TypedAddress.TryRead(value, false, out _));
        Assert.False(TypedAddress.TryRead([.. value, (byte)'a'], false, out _));
    }

    [Theory]
    [InlineData("rfc822;a+c=d@b", false, "rfc822;a+2Bc+3Dd@b")]
    [InlineData("utf-8;für \\@b", false, "utf-8;f\\x{FC}r\\x{20}\\x{5C}@b")]
    [InlineData("utf-8;für \\@b", true, "utf-8;für\\x{20}\\x{5C}@b")]
    [InlineData("utf-8;😀\u0085@b", false, "utf-8;\\x{1F600}\\x{85}@b")]
    public void Values_are_written(string typed, bool utf8, string value)
        => Assert.Equal(value, TypedAddress.Encode(typed, utf8));

    [Fact]
    public void What_is_written_is_read_again()
    {
        var random = new Random(6533);
        const string letters = "az09\\+={}x; é€😀ü@.\"";
        for (int round = 0; round < 1000; round++)
        {
            string address = string.Concat(
                Enumerable.Range(0, random.Next(1, 30))
                .Select(_ => Rune.GetRuneAt(letters, Place(random, letters)).ToString()));
            foreach (bool utf8 in new[] { false, true })
            {
                byte[] value = Encoding.UTF8.GetBytes(TypedAddress.Encode("utf-8;" + address, utf8));
                Assert.True(TypedAddress.TryRead(value, utf8, out string typed));
                Assert.Equal("utf-8;" + address, typed);
                for (int length = 0; length < value.Length; length++)
                    TypedAddress.TryRead(value.AsSpan(0, length), utf8, out _);
            }
        }
    }

    [Fact]
    public void The_type_of_an_address_follows_from_its_letters()
    {
        Assert.True(MailAddress.TryParse("a@b.example", out MailAddress plain));
        Assert.True(MailAddress.TryParse("für@b.example", out MailAddress wide));
        Assert.Equal(("rfc822;a@b.example", "utf-8;für@b.example"), (TypedAddress.Of(plain), TypedAddress.Of(wide)));
    }

    private static int Place(Random random, string letters)
    {
        int place = random.Next(letters.Length);
        return char.IsLowSurrogate(letters[place]) ? place - 1 : place;
    }
}
