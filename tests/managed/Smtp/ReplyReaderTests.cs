using System.Text;
using MailModule.Smtp;

namespace MailModule.Tests.Smtp;

public class ReplyReaderTests
{
    [Theory]
    [InlineData("250 Ok\r\n", "250  Ok")]
    [InlineData("250\r\n", "250  ")]
    [InlineData("250 \r\n", "250  ")]
    [InlineData("250-mail.example\r\n250-SIZE 10\r\n250 HELP\r\n", "250  mail.example|SIZE 10|HELP")]
    [InlineData("550-5.1.1 No\r\n550 5.1.1 such user\r\n", "550 5.1.1 No|such user")]
    [InlineData("550 4.1.1 class differs\r\n", "550  4.1.1 class differs")]
    [InlineData("250 2.1000.1 x\r\n", "250  2.1000.1 x")]
    [InlineData("250 a\tb\0c\r\n", "250  a?b?c")]
    [InlineData("250-a\n250-b\r\n250 c\n", "250  a|b|c")]
    [InlineData("250 a\rb\r\n", "250  a?b")]
    [InlineData("354 \u00e9\r\n", "354  \u00e9")]
    [InlineData("250\tok\r\n", "250  ok")]
    [InlineData("250-a\r\n250\tb\r\n", "250  a|b")]
    [InlineData("250ok\r\n", "250  ok")]
    [InlineData(" 250 ok\r\n", "250  ok")]
    [InlineData("250 ok\r\r\n", "250  ok")]
    [InlineData("\r\n250 ok\r\n", "250  ok")]
    [InlineData("\n\n250-a\n\n250 b\n", "250  a|b")]
    [InlineData("what?\r\n25\r\n2500 x\r\n150 early\r\n650 late\r\n250 ok\r\n", "250  ok")]
    [InlineData("250-a\r\nb\r\n250 c\r\n", "250  a|b|c")]
    [InlineData("220-a\r\n220-b\r\n521 5.3.2 c\r\n", "521 5.3.2 a|b|c")]
    [InlineData("550-5.7.1 a\r\n250 b\r\n", "250  a|b")]
    [InlineData("250-5.1.1 a\r\n550 b\r\n", "550 5.1.1 a|b")]
    [InlineData("550-a\r\n5.1.1 b\r\n550 c\r\n", "550 5.1.1 a|b|c")]
    public void Replies_are_read_whole_octet_by_octet_and_not_from_any_prefix(string wire, string expected)
    {
        byte[] octets = Encoding.UTF8.GetBytes(wire);
        Assert.Equal([expected], Read(octets, octets.Length));
        Assert.Equal([expected], Read(octets, 1));
        for (int length = 0; length < octets.Length; length++)
            Assert.Empty(Read(octets[..length], length));
    }

    [Fact]
    public void Replies_that_came_together_are_read_one_by_one()
        => Assert.Equal(["250 2.1.0 a", "550 5.1.1 b|c", "354  d"],
            Read("250 2.1.0 a\r\n550-5.1.1 b\r\n550 5.1.1 c\r\n354 d\r\n"u8.ToArray(), 100));

    [Theory]
    [InlineData("250 ok\r\n", false)]
    [InlineData("250-a\r\n250 ok\r\n", false)]
    [InlineData("\r\n250 ok\r\n", true)]
    [InlineData("what?\r\n250 ok\r\n", true)]
    [InlineData("250-a\r\nb\r\n250 ok\r\n", true)]
    [InlineData("250-a\r\n251 ok\r\n", true)]
    public void A_line_beside_a_reply_makes_that_reply_doubtful_and_no_other(string wire, bool isDoubtful)
    {
        var reader = new ReplyReader();
        ReadOnlySpan<byte> input = Encoding.ASCII.GetBytes("250 ok\r\n" + wire + "250 ok\r\n");
        foreach (bool expected in (ReadOnlySpan<bool>)[false, isDoubtful, false])
        {
            Assert.Equal(ReplyResult.Reply, reader.Read(ref input, out _));
            Assert.Equal(expected, reader.IsDoubtful);
        }
    }

    [Fact]
    public void What_is_kept_is_limited_and_not_what_is_understood()
    {
        Assert.Equal(["250  " + new string('x', ReplyReader.LineLimit - 4), "354  go"],
            Read(Encoding.ASCII.GetBytes($"250 {new string('x', 100_000)}\r\n354 go\r\n"), 1000));
        string many = string.Concat(Enumerable.Repeat("220-x\r\n", 10_000));
        Assert.Equal($"521 5.3.2 {string.Concat(Enumerable.Repeat("x|", ReplyReader.LineCountLimit - 1))}no mail",
            Read(Encoding.ASCII.GetBytes(many + "521 5.3.2 no mail\r\n"), 100).Single());
    }

    [Theory]
    [InlineData("550-x\r\n", ReplyResult.Endless)]
    [InlineData("550 xxxx", ReplyResult.Endless)]
    [InlineData("x\r\n", ReplyResult.Malformed)]
    [InlineData("\r\n", ReplyResult.Malformed)]
    internal void What_has_no_end_is_read_up_to_a_limit_and_counts_by_its_code(string wire, ReplyResult expected)
    {
        var reader = new ReplyReader();
        byte[] octets = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(wire, 10_000)));
        ReplyResult result;
        Reply reply;
        long count = 0;
        do
        {
            ReadOnlySpan<byte> input = octets;
            result = reader.Read(ref input, out reply);
            count += octets.Length - input.Length;
        }
        while (result == ReplyResult.Incomplete);
        Assert.Equal((expected, expected == ReplyResult.Endless ? 550 : null), (result, reply?.Code));
        Assert.InRange(count, ReplyReader.OctetLimit / 2, ReplyReader.OctetLimit + octets.Length);
    }

    [Theory]
    [InlineData("554 go aw", "554  go aw")]
    [InlineData("554", "554  ")]
    [InlineData("554-a\r\n554-b\r\n5", "554  a|b|5")]
    [InlineData("55", null)]
    [InlineData("554 a\r\n", null)]
    public void A_reply_that_is_not_whole_at_the_end_counts_by_its_code(string wire, string? expected)
    {
        for (int step = 1; step <= wire.Length; step++)
        {
            var reader = new ReplyReader();
            foreach (byte[] piece in Encoding.ASCII.GetBytes(wire).Chunk(step))
            {
                ReadOnlySpan<byte> input = piece;
                reader.Read(ref input, out _);
            }
            Assert.Equal(expected is not null, reader.TryEnd(out Reply reply));
            Assert.Equal(expected, reply is null ? null : Show(reply));
        }
    }

    [Fact]
    public void What_is_said_again_in_the_same_words_is_the_same_reply_and_nothing_else_is()
    {
        var reader = new ReplyReader();
        string[] lines = ["250 2.1.0 Ok", "250 2.1.5 Ok", "354 go", "250 2.0.0 Ok: queued as 1", "250 2.1.0 Ok",
            "250 2.1.5 OK", "250 2.0.0 Ok: queued as 2", "250", "250 ", "250 2.1.0 Ok", "550 2.1.0 Ok"];
        var read = new List<Reply>();
        foreach (string line in lines)
        {
            ReadOnlySpan<byte> input = Encoding.ASCII.GetBytes(line + "\r\n");
            Assert.Equal(ReplyResult.Reply, reader.Read(ref input, out Reply reply));
            read.Add(reply);
        }
        Assert.Same(read[0], read[4]);
        Assert.Equal(["Ok", "Ok", "go", "Ok: queued as 1", "Ok", "OK", "Ok: queued as 2", "", "", "Ok", "2.1.0 Ok"],
            read.Select(reply => reply.Lines[0]));
        Assert.Equal([250, 250, 354, 250, 250, 250, 250, 250, 250, 250, 550], read.Select(reply => reply.Code));
    }

    [Fact]
    public void A_repeated_line_inside_a_longer_reply_is_part_of_it()
        => Assert.Equal(["250  a", "250  b|a", "250  a"], Read("250 a\r\n250-b\r\n250 a\r\n250 a\r\n"u8.ToArray(), 3));

    [Fact]
    public void Garbage_never_throws()
    {
        var random = new Random(821);
        byte[] alphabet = [.. "2350 -.x\r\n\r\n"u8, 0, 0xff];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] wire = new byte[random.Next(60)];
            foreach (ref byte octet in wire.AsSpan())
                octet = alphabet[random.Next(alphabet.Length)];
            Assert.Equal(Read(wire, wire.Length + 1), Read(wire, random.Next(1, 20)));
        }
    }

    [Fact]
    public void A_reply_has_its_wire_form()
    {
        Assert.Equal("550-5.1.1 a\r\n550 5.1.1 b\r\n", Encoding.UTF8.GetString(new Reply(550, "5.1.1", "a", "b").Wire));
        Assert.Equal("354 go\r\n", Encoding.UTF8.GetString(new Reply(354, "", "go").Wire));
        Assert.Throws<ArgumentException>(() => new Reply(250, "", "a\r\n250 b"));
        Assert.Throws<ArgumentException>(() => new Reply(250, ""));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Reply(199, "", "a"));
    }

    private static List<string> Read(byte[] wire, int step)
    {
        var reader = new ReplyReader();
        var replies = new List<string>();
        byte[] kept = [];
        for (int at = 0; at < wire.Length; at += step)
        {
            ReadOnlySpan<byte> input = (byte[])[.. kept, .. wire.AsSpan(at, Math.Min(step, wire.Length - at))];
            ReplyResult result;
            while ((result = reader.Read(ref input, out Reply reply)) == ReplyResult.Reply)
                replies.Add(Show(reply));
            Assert.Equal(ReplyResult.Incomplete, result);
            kept = input.ToArray();
        }
        return replies;
    }

    private static string Show(Reply reply) => $"{reply.Code} {reply.Enhanced} {string.Join('|', reply.Lines)}";
}
