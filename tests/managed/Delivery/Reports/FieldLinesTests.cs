using System.Text;
using MailModule.Delivery.Reports;

namespace MailModule.Tests.Delivery.Reports;

public class FieldLinesTests
{
    private const string Forty = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Fact]
    public void A_short_line_stays() => Assert.Equal(["550 5.1.1 no"], FieldLines.Wrap("550 5.1.1 no", 20));

    [Fact]
    public void A_long_line_is_broken_at_the_last_blank_that_fits()
        => Assert.Equal([$"b {Forty}", $" {Forty} c"], FieldLines.Wrap($"b {Forty} {Forty} c", 0));

    [Fact]
    public void What_stands_before_the_first_line_takes_its_room()
        => Assert.Equal([Forty, " bb", " cc"], FieldLines.Wrap($"{Forty} bb\n cc", 36));

    [Fact]
    public void A_word_too_long_for_a_line_has_one_of_its_own()
        => Assert.Equal(["b", $" {Forty}{Forty}", " c"], FieldLines.Wrap($"b {Forty}{Forty} c", 0));

    [Fact]
    public void A_word_too_long_for_mail_is_cut()
        => Assert.Equal([320, 320, 160], FieldLines.Wrap(new string('x', 800), 0).Select(line => line.Length));

    [Fact]
    public void A_pair_of_surrogates_is_not_cut()
        => Assert.Equal(319, FieldLines.Wrap("x" + string.Concat(Enumerable.Repeat("😀", 300)), 0).First().Length);

    [Theory]
    [InlineData("", 0)]
    [InlineData(" \t \n\n", 0)]
    [InlineData("\u0000\u001f\u007f\u0085\u2028", 0)]
    [InlineData("a\n\n\nb", 2)]
    [InlineData("a\r\nb\r\n", 2)]
    public void Empty_lines_are_left_out(string text, int lines)
        => Assert.Equal(lines, FieldLines.Wrap(text, 0).Count());

    [Fact]
    public void Controls_become_blanks()
        => Assert.Equal(["a b c d e f"], FieldLines.Wrap("a\0b\tc\u001bd\u0090e\rf", 0));

    [Theory]
    [InlineData("plain \\", "plain \\")]
    [InlineData("für", "f\\x{FC}r")]
    [InlineData("😀", "\\x{1F600}")]
    public void Letters_outside_ascii_are_named_by_their_numbers(string text, string ascii)
        => Assert.Equal(ascii, FieldLines.InAscii(text));

    [Fact]
    public void Any_text_makes_a_field_that_can_be_unfolded_to_its_words()
    {
        var random = new Random(3464);
        const string letters = "abc   \n\t\r\u0000\u0085é€:;-";
        for (int round = 0; round < 2000; round++)
        {
            string text = "w" + string.Concat(
                Enumerable.Range(0, random.Next(1500))
                .Select(_ => letters[random.Next(random.Next(2) == 0 ? 6 : letters.Length)]));
            var output = new TextOutput();
            FieldLines.WriteField(output, "Diagnostic-Code", text);
            string field = output.Text;
            string[] lines = field.TrimEnd('\n').Split('\n');
            Assert.StartsWith("Diagnostic-Code: w", field, StringComparison.Ordinal);
            Assert.All(lines, line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 1, 998));
            Assert.All(lines.Skip(1), line => Assert.True(line[0] == ' ' && line.Trim(' ').Length > 0));
            Assert.Equal(Words(text), Words(string.Concat(lines)["Diagnostic-Code: ".Length..]));
        }
    }

    private static string[] Words(string text)
        => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private sealed class TextOutput : DsnOutput
    {
        private readonly List<byte> _octets = [];
        public string Text => Encoding.UTF8.GetString([.. _octets]);
        public override void Write(ReadOnlySpan<byte> text) => _octets.AddRange(text);
    }
}
