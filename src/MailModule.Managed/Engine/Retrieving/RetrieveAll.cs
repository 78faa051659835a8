using System.Buffers;
using System.Globalization;
using MailModule.Pop3;
using MailModule.Pop3.Client;
using MailModule.Primitives;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// Messages one after the other. Where the server offers PIPELINING (RFC 2449 §6.6), several are asked for before the
/// first has come, so that the way there and back is waited for once.
/// </summary>
internal sealed class RetrieveAll(
    Pop3Client client, IReadOnlyList<int>? numbers, int count, int lines,
    Func<int, ReadOnlyMemory<byte>, Pop3Status, bool> take)
{
    /// <summary>
    /// Commands that may be unanswered: few enough that they fit into any socket's buffers while the server sends.
    /// </summary>
    public const int Window = 16;

    private const int PieceLength = 64 * 1024;

    private int _asked;
    private bool _isWanted = true;

    /// <summary>
    /// <see cref="Fault.Cancelled"/>: no more was wanted; what was asked for already has been passed over.
    /// </summary>
    public Fault Run()
    {
        if (lines < -1 || count < 0 || numbers?.Any(number => number < 1) == true)
            return FaultReason.Because(Fault.Argument, "a number is below 1, or lines below -1");
        if (!client.TryBegin(Verb, out Fault fault))
            return fault;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceLength);
        int window = client.Offered.Pipelining ? Window : 1;
        for (int answered = 0; fault == Fault.None && (_isWanted ? answered < count : answered < _asked); answered++)
            fault = Next(answered, window, buffer);
        ArrayPool<byte>.Shared.Return(buffer);
        if (fault != Fault.None)
            return fault;
        return _isWanted ? Fault.None : FaultReason.Because(Fault.Cancelled, "the host wants no further message");
    }

    private string Verb => lines < 0 ? "RETR" : "TOP";

    private int NumberAt(int index) => numbers is null ? index + 1 : numbers[index];

    private Fault Next(int answered, int window, byte[] buffer)
    {
        // Asked for anew when half of them have come: that saves as many writes.
        bool mayAsk = _isWanted && _asked < count && (_asked - answered <= window / 2);
        for (; mayAsk && _asked < count && _asked - answered < window; _asked++)
            client.Dialogue!.Pop3.Say(CommandAt(_asked), Pop3AnswerForm.ManyLines, client.Dialogue.Output);
        Fault fault = client.Ask(out Pop3Reply? reply);
        if (fault != Fault.None)
            return fault;
        int number = NumberAt(answered);
        if (reply is null || client.Dialogue is null)
            return client.FailEnded();
        if (reply.Status != Pop3Status.Ok)
        {
            Give(number, default, reply.Status);
            return Fault.None;
        }
        return ReadMessage(client.Dialogue, number, buffer);
    }

    private Fault ReadMessage(BlockingPop3 talk, int number, byte[] buffer)
    {
        bool isEnd;
        talk.MayRead = false; // this reads
        do
        {
            Fault fault = talk.ReadContent(buffer, out int length, out isEnd);
            if (fault != Fault.None)
                return client.Lose(fault);
            if (length > 0)
                Give(number, buffer.AsMemory(0, length), Pop3Status.Ok);
        }
        while (!isEnd);
        Give(number, default, Pop3Status.Ok);
        return Fault.None;
    }

    private void Give(int number, ReadOnlyMemory<byte> octets, Pop3Status status)
    {
        if (_isWanted)
            _isWanted = take(number, octets, status);
    }

    private string CommandAt(int index) => lines < 0
        ? string.Create(CultureInfo.InvariantCulture, $"RETR {NumberAt(index)}")
        : string.Create(CultureInfo.InvariantCulture, $"TOP {NumberAt(index)} {lines}");
}
