using System.Buffers;
using System.Text;
using MailModule.Delivery.Reports;
using MailModule.Mail;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Headers of messages, and texts of other hosts on their way into a DSN: any cut of a message gives the same, a header
/// that was passed on is passed on as it is, fields put together are the header, and no field that we write has a
/// control character or a line that is too long.
/// </summary>
internal static class HeaderTarget
{
    public static void Check(byte[] input)
    {
        (string, bool, bool, bool) whole = Filter(input, Pieces.Whole);
        byte[] passed = Convert.FromHexString(whole.Item1);
        Assert.Equal((whole.Item1, false), (Filter(passed, Pieces.Whole).Item1, Filter(passed, Pieces.Whole).Item2));
        (bool, bool) shape = Shape(input, Pieces.Whole);
        foreach (Pieces cut in PiecesExtensions.Cut)
        {
            Assert.Equal(whole, Filter(input, cut));
            Assert.Equal(shape, Shape(input, cut));
        }
        CheckFields(input);
        CheckReturnPath(input);
        CheckWrittenField(Encoding.UTF8.GetString(input));
    }

    private static (string, bool, bool, bool) Filter(byte[] input, Pieces pieces)
    {
        var filter = new HeaderFilter();
        var output = new ArrayBufferWriter<byte>();
        for (int at = 0, end; at < input.Length; at = end)
        {
            end = pieces.EndOf(input, at);
            output.Write(filter.Pass(input.AsSpan(at, end - at)));
        }
        output.Write(filter.End());
        return (Convert.ToHexString(output.WrittenSpan), filter.IsChanged, filter.HasDate, filter.HasMessageId);
    }

    private static (bool, bool) Shape(byte[] input, Pieces pieces)
    {
        var shape = new ContentShape();
        for (int at = 0, end; at < input.Length; at = end)
        {
            end = pieces.EndOf(input, at);
            shape.Add(input.AsSpan(at, end - at));
        }
        return (shape.IsAscii, shape.KeepsLines);
    }

    private static void CheckFields(byte[] input)
    {
        var fields = new HeaderFields(input);
        int length = 0;
        while (fields.MoveNext())
        {
            Assert.False(fields.Whole.IsEmpty);
            Assert.True(fields.Whole.SequenceEqual(input.AsSpan(length, fields.Whole.Length)));
            Assert.True(fields.Name.Length + fields.Value.Length <= fields.Whole.Length);
            Assert.False(fields.Name.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e), "not a name");
            length += fields.Whole.Length;
        }
        bool isAtEnd = length == input.Length || input[length] == '\n' || input.AsSpan(length).StartsWith("\r\n"u8);
        Assert.True(isAtEnd, "fields end before the empty line");
    }

    private static void CheckReturnPath(byte[] input)
    {
        int length = ReturnPath.LengthIn(input);
        Assert.InRange(length, 0, input.Length);
        ReadOnlySpan<byte> path = input;
        if (!MailPath.TryParse(ref path, utf8: true, out MailAddress address))
            return;
        var written = new MailModule.Transport.Output();
        ReturnPath.Write(written, address);
        Assert.Equal(written.Length, ReturnPath.LengthIn(written.Written));
        Assert.Equal(written.Length - 1, ReturnPath.LengthAtRest(address));
    }

    private static void CheckWrittenField(string text)
    {
        var output = new TextOutput();
        FieldLines.WriteField(output, "Diagnostic-Code", "smtp; " + FieldLines.InAscii(text));
        string[] lines = output.Text.ToString().Split('\n');
        Assert.Equal("", lines[^1]);
        for (int i = 0; i < lines.Length - 1; i++)
        {
            Assert.False(lines[i].Any(char.IsControl), "a control character in a field");
            Assert.InRange(Encoding.UTF8.GetByteCount(lines[i]), 1, 998);
            Assert.True(i == 0 || lines[i][0] == ' ' && lines[i].AsSpan().Trim().Length > 0, "a field that ends early");
        }
    }

    private sealed class TextOutput : DsnOutput
    {
        public StringBuilder Text { get; } = new();

        public override void Write(ReadOnlySpan<byte> text) => Text.Append(Encoding.UTF8.GetString(text));
    }
}
