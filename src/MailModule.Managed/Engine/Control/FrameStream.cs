using System.Buffers.Binary;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Control;

/// <summary>Frames over a socket. A frame that has begun has to come to its end in its time.</summary>
/// <param name="limit">Octets of a frame that comes, at most.</param>
internal sealed class FrameStream(LocalSocket socket, int limit)
{
    private readonly byte[] _header = new byte[ControlProtocol.HeaderLength];
    private byte[] _frame = [];

    /// <summary>Sends a frame: <see cref="Fault.Timeout"/>, <see cref="Fault.Closed"/>.</summary>
    public Fault Send(FrameWriter frame) => FaultOf(socket.SendAll(frame.Finish(), ControlProtocol.AnswerTime));

    /// <summary>
    /// Receives a frame, which lives until the next: <see cref="Fault.Timeout"/>; <see cref="Fault.Closed"/>;
    /// <see cref="Fault.Protocol"/> for one that says it is larger than any.
    /// </summary>
    /// <param name="patience">How long it may be until the frame begins.</param>
    public Fault Receive(TimeSpan patience, out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        if (!socket.WaitForInput(patience))
            return FaultReason.Because(Fault.Timeout, "no answer");
        Fault fault = ReceiveAll(_header);
        if (fault != Fault.None)
            return fault;
        int length = BinaryPrimitives.ReadInt32BigEndian(_header);
        if (length < 1 || length > limit)
            return FaultReason.Because(Fault.Protocol, "a frame without length, or longer than any may be");
        if (_frame.Length < length)
            _frame = new byte[length];
        fault = ReceiveAll(_frame.AsSpan(0, length));
        frame = _frame.AsMemory(0, length);
        return fault;
    }

    private Fault ReceiveAll(Span<byte> octets)
    {
        int count = socket.ReceiveAll(octets, ControlProtocol.AnswerTime);
        return count == 0 ? FaultReason.Because(Fault.Closed, "the other process has ended") : FaultOf(count);
    }

    private static Fault FaultOf(int result) => result switch
    {
        >= 0 => Fault.None,
        -Errno.Again => FaultReason.Because(Fault.Timeout, "no answer"),
        _ => FaultReason.Because(Fault.Closed, $"the other process has ended: {SystemFault.WordsOf(-result)}"),
    };
}
