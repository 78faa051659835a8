using MailModule.Delivery.Queue;
using MailModule.Engine.Control;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Control;

public class FrameTests
{
    [Fact]
    public void Values_come_out_as_they_went_in()
    {
        FrameWriter frame = FrameWriter.Of(ControlVerb.Find);
        frame.Text("grün");
        frame.Text(null);
        frame.Text("");
        frame.Long(long.MinValue);
        frame.Number(-5);
        frame.Octets([1, 2, 3]);
        var reader = new FrameReader(Payload(frame));
        Assert.Equal((byte)ControlVerb.Find, reader.Byte());
        Assert.Equal("grün", reader.OptionalText());
        Assert.Null(reader.OptionalText());
        Assert.Equal("", reader.OptionalText());
        Assert.Equal(long.MinValue, reader.Long());
        Assert.Equal(-5, reader.Number());
        Assert.Equal([1, 2, 3], reader.Octets().ToArray());
        Assert.True(reader.IsWhole);
    }

    [Fact]
    public void A_frame_has_its_length_in_front()
    {
        FrameWriter frame = FrameWriter.Of(ControlVerb.Counts);
        Assert.Equal([0, 0, 0, 1, 1], frame.Finish().ToArray());
    }

    [Fact]
    public void A_message_that_is_cut_anywhere_is_none()
    {
        new ScriptedQueue().Find(ScriptedQueue.Id, out QueuedMessageView? message);
        var frame = new FrameWriter();
        QueuedMessageForm.Write(frame, message!);
        byte[] whole = Payload(frame);
        for (int length = 0; length < whole.Length; length++)
        {
            var cut = new FrameReader(whole.AsSpan(0, length));
            Assert.Null(QueuedMessageForm.Read(ref cut));
        }
        var reader = new FrameReader(whole);
        QueuedMessageView read = QueuedMessageForm.Read(ref reader)!;
        Assert.Equal(message!.Recipients[0].Result!.Text, read.Recipients[0].Result!.Text);
        Assert.Equal(message with { Recipients = [] }, read with { Recipients = [] });
        var longer = new FrameReader([.. whole, 0]);
        Assert.Null(QueuedMessageForm.Read(ref longer));
    }

    [Fact]
    public void Garbage_of_every_octet_in_every_place_is_a_message_or_none()
    {
        new ScriptedQueue().Find(ScriptedQueue.Id, out QueuedMessageView? message);
        var frame = new FrameWriter();
        QueuedMessageForm.Write(frame, message!);
        byte[] octets = Payload(frame);
        for (int i = 0; i < octets.Length; i++)
            foreach (byte wrong in (byte[])[0, 1, 0x7f, 0x80, 0xff])
            {
                byte right = octets[i];
                octets[i] = wrong;
                var reader = new FrameReader(octets);
                QueuedMessageForm.Read(ref reader);
                octets[i] = right;
            }
    }

    [Theory]
    [InlineData(new byte[0], Fault.Protocol)]
    [InlineData(new byte[] { 77, 77, 67, 84, 76, 1, 0, 0 }, Fault.None)]
    [InlineData(new byte[] { 77, 77, 67, 84, 76, 9, 0, 0 }, Fault.None)]
    [InlineData(new byte[] { 77, 77, 67, 84, 76, 0, 0, 0 }, Fault.Protocol)]
    [InlineData(new byte[] { 77, 77, 67, 84, 76, 1, 1, 0 }, Fault.Limit)]
    [InlineData(new byte[] { 77, 77, 67, 84, 76, 1, 2, 0 }, Fault.Io)]
    [InlineData(new byte[] { 77, 77, 67, 84, 76, 1, 3, 0 }, Fault.Protocol)]
    [InlineData(new byte[] { 50, 50, 48, 32, 109, 120, 32, 13 }, Fault.Protocol)]
    public void A_greeting_says_whether_the_client_may_go_on(byte[] greeting, Fault expected)
        => Assert.Equal(expected, ControlProtocol.Check(greeting));

    private static byte[] Payload(FrameWriter frame) => frame.Finish()[ControlProtocol.HeaderLength..].ToArray();
}
