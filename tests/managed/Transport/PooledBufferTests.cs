using MailModule.Transport;

namespace MailModule.Tests.Transport;

public class PooledBufferTests
{
    [Fact]
    public void Gives_back_what_was_appended_whatever_is_cut_between()
    {
        var buffer = new PooledBuffer();
        var model = new List<byte>();
        var random = new Random(3);
        for (int i = 0; i < 2000; i++)
        {
            byte[] piece = new byte[random.Next(0, 400)];
            random.NextBytes(piece);
            buffer.Append(piece);
            model.AddRange(piece);
            int cut = random.Next(0, model.Count + 1);
            buffer.Consume(cut);
            model.RemoveRange(0, cut);
            Assert.Equal(model.ToArray(), buffer.Span.ToArray());
        }
        buffer.Clear();
        Assert.Equal(0, buffer.Length);
    }
}
