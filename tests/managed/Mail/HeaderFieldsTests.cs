using System.Text;
using MailModule.Mail;

namespace MailModule.Tests.Mail;

public class HeaderFieldsTests
{
    private const string Header =
        "Return-Path: <a@b>\nReceived: by x\n\tfor y;\n  now\nSubject : s: t \nX-Empty:\nno field\nBad Name: x\nLast: "
            + "z\n\nBody: not a field\n";

    [Fact]
    public void Fields_come_whole_and_end_before_the_empty_line()
    {
        Assert.Equal(["Return-Path=<a@b>", "Received=by x\n\tfor y;\n  now", "Subject=s: t", "X-Empty=", "=", "=",
            "Last=z"], Read(Header));
        Assert.Equal(Read(Header).Select(field => field.Replace("\n", "\r\n", StringComparison.Ordinal)),
            Read(Header.Replace("\n", "\r\n", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_name_counts_in_any_case()
    {
        var fields = new HeaderFields("lIST-iD: <x>\n"u8);
        Assert.True(fields.MoveNext());
        Assert.True(fields.Is("List-Id"u8));
        Assert.False(fields.Is("List"u8));
    }

    [Fact]
    public void Nothing_is_lost_on_any_prefix()
    {
        byte[] octets = Encoding.ASCII.GetBytes(Header[..(Header.IndexOf("\n\n", StringComparison.Ordinal) + 1)]);
        for (int length = 0; length <= octets.Length; length++)
            AssertWhole(octets[..length]);
    }

    [Fact]
    public void Nothing_of_garbage_is_lost_before_its_first_empty_line()
    {
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++)
            AssertWhole([.. Enumerable.Range(0, random.Next(60)).Select(_ => "\n: \tA\r\0\xff"u8[random.Next(9)])]);
    }

    private static void AssertWhole(byte[] octets)
    {
        var seen = new List<byte>();
        var fields = new HeaderFields(octets);
        while (fields.MoveNext())
        {
            Assert.False(fields.Whole.IsEmpty);
            seen.AddRange(fields.Whole);
        }
        Assert.Equal(octets[..seen.Count], seen);
        ReadOnlySpan<byte> rest = octets.AsSpan(seen.Count);
        Assert.True(rest.IsEmpty || rest[0] == '\n' || rest.StartsWith("\r\n"u8));
    }

    private static List<string> Read(string header)
    {
        var found = new List<string>();
        var fields = new HeaderFields(Encoding.ASCII.GetBytes(header));
        while (fields.MoveNext())
            found.Add($"{Encoding.ASCII.GetString(fields.Name)}={Encoding.ASCII.GetString(fields.Value)}");
        return found;
    }
}
