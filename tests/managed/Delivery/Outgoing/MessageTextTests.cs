using System.Text;
using MailModule.Delivery.Outgoing;
using MailModule.Lines;
using MailModule.Primitives;

namespace MailModule.Tests.Delivery.Outgoing;

public sealed class MessageTextTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "mailmodule-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, true);
    }

    [Fact]
    public void Every_short_text_is_measured_as_it_goes_on_the_wire_however_it_is_cut()
    {
        const string Alphabet = "\r\na";
        foreach (string text in Texts(Alphabet, 5))
            for (int cut = 0; cut <= text.Length; cut++)
            {
                using var whole = new MessageText(_folder);
                whole.Write(Encoding.ASCII.GetBytes(text[..cut]));
                whole.Write(Encoding.ASCII.GetBytes(text[cut..]));
                Assert.Equal(Fault.None, whole.Finish());
                Assert.Equal(WireLengthOf(text), whole.WireLength);
            }
    }

    [Fact]
    public void A_large_text_moves_to_a_file_without_a_name_and_comes_back_whole()
    {
        using var text = new MessageText(_folder);
        byte[] piece = new byte[10_000];
        var expected = new MemoryStream();
        for (int i = 0; i < 100; i++)
        {
            new Random(i).NextBytes(piece);
            expected.Write(piece);
            Assert.Equal(Fault.None, text.Write(piece));
        }
        Assert.False(text.IsInMemory);
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Equal(Fault.None, text.Finish());
        Assert.True(text.IsEightBit);
        var read = new MemoryStream();
        text.OpenRead().CopyTo(read);
        Assert.True(expected.ToArray().AsSpan().SequenceEqual(read.ToArray()));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_a_fault_that_stays()
    {
        using var text = new MessageText("/proc/nowhere");
        Assert.Equal(Fault.Io, text.Write(new byte[1_000_000]));
        Assert.Equal(Fault.Io, text.Write("more"u8));
        Assert.Equal(Fault.Io, text.Finish());
    }

    // The octets that a DotWriter gives, less the stuffing (the alphabet has no dot) and the final dot line.
    private static long WireLengthOf(string text)
    {
        var writer = new DotWriter();
        byte[] output = new byte[100];
        writer.Write(Encoding.ASCII.GetBytes(text), output, out _, out int written);
        return written + writer.Finish(output) - 3;
    }

    private static IEnumerable<string> Texts(string alphabet, int limit)
    {
        IEnumerable<string> texts = [""];
        for (int length = 0; length < limit; length++)
        {
            foreach (string text in texts)
                yield return text;
            texts = texts.SelectMany(text => alphabet.Select(c => text + c)).ToList();
        }
    }
}
