using System.Text;
using MailModule.Smtp;

namespace MailModule.Tests.Smtp;

public class XTextTests
{
    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("!~", "!~")]
    [InlineData("a+20b", "a b")]
    [InlineData("+2B+3D+41", "+=A")]
    [InlineData("+09", "\t")]
    public void Text_is_decoded(string text, string decoded)
    {
        Assert.True(XText.TryDecode(Encoding.ASCII.GetBytes(text), out string given));
        Assert.Equal(decoded, given);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a=b")]
    [InlineData("+")]
    [InlineData("a+2")]
    [InlineData("+2b")]
    [InlineData("+G0")]
    [InlineData("++41")]
    [InlineData("\u007f")]
    [InlineData("é")]
    public void What_is_not_of_the_form_is_refused(string text)
    {
        Assert.False(XText.IsValid(Encoding.UTF8.GetBytes(text)));
        Assert.False(XText.TryDecode(Encoding.UTF8.GetBytes(text), out _));
    }

    [Theory]
    [InlineData("a+0D+0AX")]
    [InlineData("+00")]
    [InlineData("+7F")]
    [InlineData("+C3+A9")]
    public void What_is_not_printable_ascii_is_valid_but_not_decoded(string text)
    {
        Assert.True(XText.IsValid(Encoding.ASCII.GetBytes(text)));
        Assert.False(XText.TryDecode(Encoding.ASCII.GetBytes(text), out _));
    }

    [Fact]
    public void Every_prefix_is_judged_by_its_last_escape()
    {
        byte[] text = "ab+2Bcd+3D"u8.ToArray();
        for (int length = 1; length <= text.Length; length++)
            Assert.Equal(length is not (3 or 4 or 8 or 9), XText.IsValid(text.AsSpan(0, length)));
    }

    [Fact]
    public void Any_printable_text_comes_back()
    {
        var random = new Random(3461);
        for (int round = 0; round < 500; round++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(1, 40))
                .Select(_ => (char)random.Next(' ', '\u007f'))]);
            byte[] encoded = Encoding.UTF8.GetBytes(XText.Encode(text));
            Assert.True(XText.TryDecode(encoded, out string decoded));
            Assert.Equal(text, decoded);
        }
    }

    [Fact]
    public void Text_outside_ascii_is_encoded_octet_by_octet() => Assert.Equal("+C3+A9+0A", XText.Encode("é\n"));

    [Fact]
    public void Garbage_is_judged_without_harm()
    {
        var random = new Random(4);
        byte[] text = new byte[12];
        for (int round = 0; round < 5000; round++)
        {
            for (int i = 0; i < text.Length; i++)
                text[i] = random.Next(3) == 0 ? (byte)"+=0AFaf \u007f"[random.Next(9)] : (byte)random.Next(256);
            if (XText.TryDecode(text, out string decoded))
                Assert.All(decoded, c => Assert.True(c is '\t' or >= ' ' and < '\u007f'));
        }
    }
}
