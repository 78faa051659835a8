using System.Text;
using MailModule.Mime;
using MailModule.Primitives;
using MailModule.Tests.Delivery.Outgoing;
using MailModule.Tests.Support;

namespace MailModule.Tests.Mime;

/// <summary>Alone, because what everybody allocates is counted.</summary>
[Collection(AloneCollection.Name)]
public class ConversionLimitTests
{
    private static readonly SendableForm s_sevenBit = new(TakesEightBit: false, TakesUtf8: false);

    public static TheoryData<string, string> TooMuch => new()
    {
        { "a header", "Subject: x" + Repeat("\n folded", 40_000) + "\n\nü\n" },
        { "parameters", "Content-Type: text/plain" + Repeat("; a=b", 5_000) + "\n\nü\n" },
        { "parameters of a part", InMixed("Content-Type: text/plain" + Repeat("; a=b", 5_000) + "\n\nü\n") },
        { "a boundary", $"Content-Type: multipart/mixed; boundary={new string('b', 1_500)}\n\nü\n" },
        { "parts", InMixed(Repeat("\nx\n--b\n", MeteredStream.MaxParts) + "\nü\n") },
        { "headers", InMixed(Repeat($"X: {Repeat("word ", 40_000)}\n\nx\n--b\n", 25) + "\nü\n") },
        { "levels", string.Concat(Enumerable.Range(0, 40).Select(Level)) + "\nü\n" },
    };

    [Theory]
    [MemberData(nameof(TooMuch))]
    public void What_would_take_a_reader_long_is_not_converted(string what, string message)
    {
        byte[] octets = Encoding.UTF8.GetBytes(message);
        ConversionFault fault = Conversion.Plan(() => new MemoryStream(octets), s_sevenBit).Fault;
        Assert.True(fault is ConversionFault.TooComplex or ConversionFault.NotEncodable, $"{what}: {fault}");
    }

    [Fact]
    public void A_message_of_64_mebibytes_is_converted_in_little_memory()
    {
        const int Lines = 1 << 20;
        long before = GC.GetTotalAllocatedBytes(precise: true);
        var plan = Conversion.Plan(() => new Long(Lines), s_sevenBit);
        using Stream outcome = plan.Open(new Long(Lines));
        byte[] piece = new byte[4096];
        long octets = 0;
        while (outcome.Read(piece) is > 0 and var count)
            octets += count;
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal(ConversionFault.None, plan.Fault);
        Assert.InRange(octets, Lines * 64L, plan.WireLength);
        Assert.InRange(allocated, 0, 4 << 20);
    }

    [Fact]
    public void A_message_that_has_become_shorter_does_not_pass_for_whole()
    {
        var plan = Conversion.Plan(() => new Long(1000), s_sevenBit);
        using Stream outcome = plan.Open(new Long(500));
        Assert.Throws<IOException>(() => outcome.CopyTo(Stream.Null));
    }

    private static string Level(int depth) => $"Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n";

    private static string InMixed(string parts) => $"Content-Type: multipart/mixed; boundary=b\n\n--b\n{parts}--b--\n";

    private static string Repeat(string text, int times) => new StringBuilder().Insert(0, text, times).ToString();

    /// <summary>A header, then so many lines of 64 octets with a character that is not ASCII.</summary>
    private sealed class Long(int lines) : ReadOnlyStream
    {
        private readonly byte[] _line = Encoding.UTF8.GetBytes("ü" + new string('x', 61) + "\n");
        private ReadOnlyMemory<byte> _rest = Encoding.ASCII.GetBytes("Subject: x\n\n");
        private int _next;

        public override int Read(Span<byte> buffer)
        {
            if (_rest.IsEmpty && _next++ < lines)
                _rest = _line;
            int count = Math.Min(buffer.Length, _rest.Length);
            _rest.Span[..count].CopyTo(buffer);
            _rest = _rest[count..];
            return count;
        }
    }
}
