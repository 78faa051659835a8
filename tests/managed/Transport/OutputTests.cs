using MailModule.Transport;

namespace MailModule.Tests.Transport;

public class OutputTests
{
    [Fact]
    public void Keeps_octets_and_text_in_order_while_it_grows()
    {
        var output = new Output();
        var expected = new List<byte>();
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            byte[] piece = new byte[random.Next(0, 700)];
            random.NextBytes(piece);
            output.Write(piece);
            output.Write("é.");
            expected.AddRange(piece);
            expected.AddRange("é."u8.ToArray());
        }
        Assert.Equal(expected.ToArray(), output.Written.ToArray());
        output.Clear();
        Assert.Equal(0, output.Length);
        output.Write("x");
        Assert.Equal("x"u8.ToArray(), output.Written.ToArray());
    }

    [Fact]
    public void Gives_the_room_that_was_asked_for()
    {
        var output = new Output();
        foreach (int size in new[] { 0, 1, 5000, 100_000 })
        {
            Assert.True(output.GetSpan(size).Length >= Math.Max(size, 1));
            output.GetSpan(size)[0] = 7;
            output.Advance(1);
        }
        Assert.Equal(new byte[] { 7, 7, 7, 7 }, output.Written.ToArray());
    }

    [Fact]
    public void Does_not_advance_past_its_room()
    {
        var output = new Output();
        int room = output.GetSpan(10).Length;
        Assert.Throws<ArgumentOutOfRangeException>(() => output.Advance(room + 1));
    }
}
