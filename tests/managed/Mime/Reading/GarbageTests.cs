using System.Text;
using MailModule.Tests.Fuzz.Targets;
using MailModule.Tests.Support;

namespace MailModule.Tests.Mime.Reading;

public class GarbageTests
{
    [Fact]
    public void Every_prefix_of_a_message_has_a_reading()
    {
        foreach (string file in Directory.EnumerateFiles(Repository.In("samples", "messages")))
        {
            byte[] octets = File.ReadAllBytes(file);
            for (int length = 0; length <= Math.Min(octets.Length, 3000); length++)
                MessageTarget.Check(octets[..length]);
        }
    }

    [Fact]
    public void Garbage_has_a_reading()
    {
        var random = new Random(20);
        ReadOnlySpan<byte> liked = "\n\n\r:;,<>@\"()=?-b \t\0\\[]*%'"u8;
        byte[] start = Encoding.ASCII.GetBytes("Content-Type: multipart/mixed; boundary=b\n\n--b\n");
        for (int i = 0; i < 2000; i++)
        {
            byte[] octets = new byte[random.Next(1, 500)];
            for (int at = 0; at < octets.Length; at++)
                octets[at] = random.Next(4) == 0 ? (byte)random.Next(256) : liked[random.Next(liked.Length)];
            MessageTarget.Check(random.Next(2) == 0 ? octets : [.. start, .. octets]);
        }
    }
}
