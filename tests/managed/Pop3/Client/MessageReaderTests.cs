using System.Text;
using MailModule.Pop3.Client;

namespace MailModule.Tests.Pop3.Client;

/// <summary>Lines behind the first of an answer, as the caller reads them into room of any size.</summary>
public class MessageReaderTests
{
    public static TheoryData<string, string> Contents => new()
    {
        { ".\r\n", "" },
        { "a\r\n.\r\n", "a\r\n" },
        { "..\r\n.\r\n", ".\r\n" },
        { "..a\r\n...\r\n.\r\n", ".a\r\n..\r\n" },
        { ".a\r\n.\r\n", "a\r\n" },
        { "\r\n\r\n.\r\n", "\r\n\r\n" },
        // What has no CRLF on both sides ends nothing.
        { "a\n.\nb\r.\rc\r\n.\r\n", "a\n.\nb\r.\rc\r\n" },
        { "a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n" },
        { "a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n" },
        { "a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n" },
        { "\0a\0\r\n\0.\r\n.\r\n", "\0a\0\r\n\0.\r\n" },
        { "a\r\r\n.\r\n", "a\r\r\n" },
        { "\r\r\r\n.\r\n", "\r\r\r\n" },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public void Doubled_dots_are_undone_and_only_a_dot_line_ends_it(string wire, string content)
    {
        byte[] octets = Encoding.Latin1.GetBytes(wire + "+OK next\r\n");
        for (int pieces = 1; pieces <= octets.Length; pieces++)
            for (int room = 1; room <= content.Length + 3; room++)
            {
                (string read, string rest) = Read(octets, pieces, room);
                Assert.Equal((content, "+OK next\r\n"), (read, rest));
            }
    }

    [Theory]
    [MemberData(nameof(Contents))]
    public void No_prefix_is_taken_for_the_whole(string wire, string content)
    {
        byte[] octets = Encoding.Latin1.GetBytes(wire);
        for (int length = 0; length < octets.Length; length++)
        {
            var reader = new MessageReader();
            ReadOnlySpan<byte> input = octets.AsSpan(0, length);
            byte[] into = new byte[100];
            int count = reader.Read(ref input, into);
            Assert.False(reader.AtEnd);
            Assert.StartsWith(Encoding.Latin1.GetString(into, 0, count), content, StringComparison.Ordinal);
            Assert.Equal(count, reader.Octets);
        }
    }

    [Fact]
    public void The_end_needs_no_room()
    {
        var reader = new MessageReader();
        ReadOnlySpan<byte> input = "ab\r\n.\r\n"u8;
        Assert.Equal(4, reader.Read(ref input, new byte[4]));
        Assert.True(reader.AtEnd);
        Assert.True(input.IsEmpty);
    }

    private static (string Content, string Behind) Read(byte[] octets, int pieces, int room)
    {
        var reader = new MessageReader();
        var content = new StringBuilder();
        byte[] into = new byte[room];
        int there = 0;
        int start = 0;
        while (!reader.AtEnd)
        {
            there = Math.Min(octets.Length, there + pieces);
            ReadOnlySpan<byte> input = octets.AsSpan(start, there - start);
            int before = input.Length;
            int count;
            do
            {
                count = reader.Read(ref input, into);
                content.Append(Encoding.Latin1.GetString(into, 0, count));
            }
            while (count > 0);
            start += before - input.Length;
        }
        return (content.ToString(), Encoding.Latin1.GetString(octets.AsSpan(start)));
    }
}
