using System.Text;
using MailModule.Engine.Serving.Handlers;
using MailModule.Mime.Reading;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>
/// Fields that a host adds: lines that every mail program takes, in a form that the transaction allows.
/// </summary>
public class HeaderFieldTests
{
    private const string German = "Gr\u00fc\u00dfe aus M\u00fcnchen an alle";

    [Theory]
    [InlineData("yes and no", "X-A: yes and no\r\n")]
    [InlineData("  yes\t and  no ", "X-A: yes and no\r\n")]
    [InlineData("", "X-A:\r\n")]
    [InlineData("=?utf-8?q?J=C3=BCrgen?=", "X-A: =?utf-8?q?J=C3=BCrgen?=\r\n")]
    public void Words_of_ascii_stay_as_they_are(string value, string field)
    {
        Assert.Equal(field, Write(value, utf8: false));
        Assert.Equal(field, Write(value, utf8: true));
    }

    [Fact]
    public void What_is_not_ascii_is_utf8_only_where_the_client_said_so()
    {
        Assert.Equal($"X-A: {German}\r\n", Write(German, utf8: true));
        string field = Write(German, utf8: false);
        Assert.Equal("X-A: =?utf-8?b?R3LDvMOfZQ==?= aus =?utf-8?q?M=C3=BCnchen?= an alle\r\n", field);
    }

    [Theory]
    [InlineData("\u00e4 \u00f6  \u00fc", "X-A: =?utf-8?b?w6Qgw7Ygw7w=?=\r\n")]
    [InlineData("a \u00f6 \u00fc b", "X-A: a =?utf-8?b?w7Ygw7w=?= b\r\n")]
    public void A_blank_between_two_such_words_is_encoded_with_them(string value, string field)
        => Assert.Equal(field, Write(value, utf8: false));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Long_text_is_folded_and_no_line_is_too_long(bool utf8)
    {
        string ascii = string.Join(' ', Enumerable.Repeat("word", 390));
        string snowmen = new('\u2603', 600);
        foreach (string value in (string[])[ascii, string.Join(' ', snowmen.Chunk(7).Select(c => new string(c))),
            utf8 ? ascii : snowmen])
        {
            string field = Write(value, utf8);
            Assert.EndsWith("\r\n", field, StringComparison.Ordinal);
            string[] lines = field[..^2].Split("\r\n");
            Assert.All(lines.Skip(1), line => Assert.True(line is [' ', > ' ', ..]));
            Assert.All(lines, line => Assert.True(line.Length <= 78, line));
            Assert.True(utf8 || Ascii.IsValid(field));
            Assert.Equal($"X-A: {value}", Unfold(field));
        }
    }

    [Theory]
    [InlineData(993, true)]
    [InlineData(994, false)]
    public void A_word_that_makes_a_line_longer_than_998_octets_is_refused(int length, bool isTaken)
    {
        string word = new('x', length);
        Fault fault = HeaderField.TryWrite("X-A", word, utf8: false, out string field);
        Assert.Equal(isTaken ? Fault.None : Fault.Argument, fault);
        Assert.Equal(isTaken ? $"X-A: {word}\r\n" : "", field);
        string wide = new string('\u00fc', length / 2) + (length % 2 == 0 ? "" : "x");
        Assert.Equal(fault, HeaderField.TryWrite("X-A", wide, utf8: true, out _));
        Assert.Equal(Fault.None, HeaderField.TryWrite("X-A", wide, utf8: false, out _));
    }

    private static string Write(string value, bool utf8)
    {
        Assert.Equal(Fault.None, HeaderField.TryWrite("X-A", value, utf8, out string field));
        return field;
    }

    /// <summary>The field as a reader shows it.</summary>
    private static string Unfold(string field)
        => ParsedMessage.TextOf(field[..^2].Replace("\r\n", "", StringComparison.Ordinal));
}
