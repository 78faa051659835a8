using System.Buffers;
using System.Text;
using MailModule.Mail;

namespace MailModule.Tests.Mail;

public class ReturnPathTests
{
    [Theory]
    [InlineData("", "Return-Path: <>\r\n")]
    [InlineData("ann@a.example", "Return-Path: <ann@a.example>\r\n")]
    [InlineData("\u00e9@b.example", "Return-Path: <\u00e9@b.example>\r\n")]
    [InlineData("a..@b.example", "Return-Path: <\"a..\"@b.example>\r\n")]
    public void What_is_written_is_measured_and_skipped(string address, string field)
    {
        MailAddress reversePath = MailAddress.Null;
        Assert.True(address.Length == 0 || MailAddress.TryParse(address, out reversePath));
        var output = new ArrayBufferWriter<byte>();
        ReturnPath.Write(output, reversePath);
        Assert.Equal(field, Encoding.UTF8.GetString(output.WrittenSpan));

        byte[] atRest = Encoding.UTF8.GetBytes(
            field.Replace("\r\n", "\n", StringComparison.Ordinal) + "Subject: x\n\nbody\n");
        int length = ReturnPath.LengthAtRest(reversePath);
        Assert.Equal("Subject: x\n\nbody\n", Encoding.UTF8.GetString(atRest[length..]));
        Assert.Equal(length, ReturnPath.LengthIn(atRest));
        var stream = new MemoryStream(atRest);
        ReturnPath.Skip(stream);
        Assert.Equal(length, stream.Position);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("Subject: x\nReturn-Path: <>\n", 0)]
    [InlineData("\nReturn-Path: <>\n", 0)]
    [InlineData("return-path: <a@b.example>\r\nSubject: x\r\n", 28)]
    [InlineData("Return-Path:\n <a@b.example>\nSubject: x\n", 28)]
    public void Only_what_stands_in_front_is_measured(string message, int length)
        => Assert.Equal(length, ReturnPath.LengthIn(Encoding.ASCII.GetBytes(message)));
}
