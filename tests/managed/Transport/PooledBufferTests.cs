using MailModule.Transport;

namespace MailModule.Tests.Transport;

public class PooledBufferTests
{
    [Fact]
    public void Gives_back_what_was_appended_whatever_is_cut_between()
    {
        var backlog = new PooledBuffer();
        var model = new List<byte>();
        var random = new Random(3);
        for (int i = 0; i < 2000; i++)
        {
            byte[] piece = new byte[random.Next(0, 400)];
            random.NextBytes(piece);
            backlog.Append(piece);
            model.AddRange(piece);
            int cut = random.Next(0, model.Count + 1);
            backlog.Consume(cut);
            model.RemoveRange(0, cut);
            Assert.Equal(model.ToArray(), backlog.Span.ToArray());
        }
        backlog.Clear();
        Assert.Equal(0, backlog.Length);
    }
}
