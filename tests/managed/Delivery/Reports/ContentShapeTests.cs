using System.Text;
using MailModule.Delivery.Reports;
using Cutter = MailModule.Tests.Lines.Texts;

namespace MailModule.Tests.Delivery.Reports;

public class ContentShapeTests
{
    public static TheoryData<string, bool, bool> Texts => new()
    {
        { "", true, true },
        { "a: b\n\ntext\n", true, true },
        { "no end", true, true },
        { new string('x', 998) + "\n" + new string('x', 998), true, true },
        { "a\n" + new string('x', 999) + "\n", true, false },
        { new string('x', 999), true, false },
        { "a\0b\n", true, false },
        { "a\rb\n", true, false },
        { "f\u00fcr\n", false, true },
        { "f\u00fcr\r\n", false, false },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Shape_does_not_depend_on_how_the_text_is_cut(string text, bool isAscii, bool keepsLines)
    {
        byte[] octets = Encoding.Latin1.GetBytes(text);
        var random = new Random(5);
        Assert.Equal((isAscii, keepsLines), Of(octets, [0..octets.Length]));
        Assert.Equal((isAscii, keepsLines), Of(octets, Enumerable.Range(0, octets.Length).Select(at => at..(at + 1))));
        for (int round = 0; round < 50; round++)
            Assert.Equal((isAscii, keepsLines), Of(octets, Cutter.Cuts(random, octets.Length)));
    }

    [Theory]
    // whole messages: ASCII as it is, else 8bit, UTF-8 encoded unless the way back takes it; null where only the header
    // can travel
    [InlineData("a\n", false, false, "message/rfc822 7bit", "text/rfc822-headers 7bit")]
    [InlineData("a\n", true, true, "message/rfc822 7bit", "text/rfc822-headers 7bit")]
    [InlineData("\u00fc\n", false, false, "message/rfc822 8bit", "text/rfc822-headers base64")]
    [InlineData("\u00fc\n", false, true, "message/rfc822 8bit", "text/rfc822-headers base64")]
    [InlineData("\u00fc\n", true, false, "message/global base64", "message/global-headers base64")]
    [InlineData("\u00fc\n", true, true, "message/global 8bit", "message/global-headers 8bit")]
    [InlineData("a\0", false, false, "", "text/rfc822-headers base64")]
    [InlineData("a\0", true, true, "", "text/rfc822-headers base64")]
    [InlineData("\u00fc\0", false, false, "", "text/rfc822-headers base64")]
    [InlineData("\u00fc\0", true, false, "message/global base64", "message/global-headers base64")]
    [InlineData("\u00fc\0", true, true, "", "message/global-headers base64")]
    public void The_form_follows_from_the_shape_and_the_way_back(
        string text, bool isUtf8, bool reportIsUtf8, string whole, string header)
    {
        var shape = new ContentShape();
        shape.Add(Encoding.Latin1.GetBytes(text));
        ReturnedForm? form = ReturnedForm.OfWhole(shape, isUtf8, reportIsUtf8);
        Assert.Equal(whole, form is { IsWhole: true } given ? $"{given.Type} {given.Encoding}" : "");
        ReturnedForm headerForm = ReturnedForm.OfHeader(shape, isUtf8, reportIsUtf8);
        Assert.Equal((false, header), (headerForm.IsWhole, $"{headerForm.Type} {headerForm.Encoding}"));
    }

    private static (bool, bool) Of(byte[] octets, IEnumerable<Range> cuts)
    {
        var shape = new ContentShape();
        foreach (Range range in cuts)
            shape.Add(octets.AsSpan(range));
        return (shape.IsAscii, shape.KeepsLines);
    }
}
