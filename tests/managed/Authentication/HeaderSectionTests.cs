using System.Buffers;
using System.Text;
using MailModule.Authentication;

namespace MailModule.Tests.Authentication;

public class HeaderSectionTests
{
    [Theory]
    [InlineData("A: 1\r\nB: 2\r\n\r\nC: 3\r\n", "A:1|B:2")]
    [InlineData("A: 1\nB: 2\n\nC: 3\n", "A:1|B:2")]
    [InlineData("A: 1\r\n\tmore\r\nB : 2", "A:1\r\n\tmore|B:2")]
    [InlineData("no field\r\nA: 1\r\n\r\n", ":|A:1")]
    [InlineData("A: 1\r\n\r\r\nB: 2\r\n\r\n", "A:1|:|B:2")]
    [InlineData("\r\nA: 1", "")]
    [InlineData("", "")]
    public void Fields_are_found_whatever_the_cuts(string message, string expected)
    {
        foreach (int size in Passing.Sizes)
        {
            HeaderSection header = Passing.Header(message, size);
            Assert.False(header.IsCut);
            Assert.Equal(expected, string.Join('|', Enumerable.Range(0, header.Count).Select(i =>
                $"{Encoding.Latin1.GetString(header.Name(i))}:{Encoding.Latin1.GetString(header.Value(i))}")));
            Assert.All(Enumerable.Range(0, header.Count), i => Assert.True(
                header.Field(i)[header.ValueStart(i)..].StartsWith(header.Value(i))));
        }
    }

    [Fact]
    public void A_name_is_found_from_the_bottom_up()
    {
        HeaderSection header = Passing.Header("To: 1\r\nX: 2\r\nTO: 3\r\nto: 4\r\n\r\n");
        Assert.Equal(3, header.Last("tO"));
        Assert.Equal(2, header.Before(3));
        Assert.Equal(0, header.Before(2));
        Assert.Equal(-1, header.Before(0));
        Assert.Equal(3, header.CountOf("to"));
        Assert.Equal(-1, header.Last("From"));
    }

    [Theory]
    [InlineData("A: 1\r\n", 100_000)]
    [InlineData("X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", 9_000)]
    [InlineData("a:\n", 11_000)]
    [InlineData("one long line", 90_000)]
    public void A_header_section_beyond_the_limits_is_cut(string field, int times)
    {
        string header = string.Concat(Enumerable.Repeat(field, times)) + "\r\n\r\n";
        Assert.True(Passing.Header(header + "body").IsCut);
        Assert.False(Passing.Header(field + "\r\n\r\n" + header).IsCut);
    }

    [Theory]
    [InlineData("A: X\r\n", "A: X", "a:X")]
    [InlineData("B \t: Y\t\r\n\tZ  \r\n", "B \t: Y\t\r\n\tZ  ", "b:Y Z")]
    [InlineData("B : Y\n Z\n", "B : Y\r\n Z", "b:Y Z")]
    [InlineData("SUBJect: AbC\r\n", "SUBJect: AbC", "subject:AbC")]
    [InlineData("A:\r\n", "A:", "a:")]
    [InlineData("A:  \r\n \r\n\t\r\n", "A:  \r\n \r\n\t", "a:")]
    [InlineData("A: b\r c", "A: b\r c", "a:b\r c")]
    [InlineData("A:b:c", "A:b:c", "a:b:c")]
    [InlineData("A: \xe4\r\n", "A: \xe4", "a:\xe4")]
    [InlineData("no field\r\n", "no field", "no field")]
    [InlineData("\xc4X: a\r\n", "\xc4X: a", "\xc4X:a")]
    public void A_field_has_two_canonical_forms(string field, string simple, string relaxed)
    {
        Assert.Equal(simple, Canonical(field, Canonicalization.Simple));
        Assert.Equal(relaxed, Canonical(field, Canonicalization.Relaxed));
    }

    private static string Canonical(string field, Canonicalization form)
    {
        var output = new ArrayBufferWriter<byte>();
        CanonicalField.Write(Passing.Octets(field), form, output);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }
}
