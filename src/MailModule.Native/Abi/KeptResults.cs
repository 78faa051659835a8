using MailModule.Engine.Sending;

namespace MailModule.Native.Abi;

/// <summary>
/// Results that were given to the host: their texts live as long as the message. A result is copied again only when it
/// has changed. Not for two threads at once.
/// </summary>
internal sealed class KeptResults
{
    private const int Texts = 7;

    private readonly Dictionary<int, (SendResult Result, SendResultLayout Copy)> _latest = [];
    private readonly List<nint> _memory = [];

    /// <param name="place">A checked <c>mm_send_result</c>.</param>
    public void Write(int recipient, SendResult result, nint place)
    {
        if (!_latest.TryGetValue(recipient, out var kept) || kept.Result != result)
            _latest[recipient] = kept = (result, Copy(result));
        Layout.Write(place, kept.Copy);
    }

    public void Free()
    {
        foreach (nint memory in _memory)
            Text.Free(memory);
        _memory.Clear();
        _latest.Clear();
    }

    private SendResultLayout Copy(SendResult result)
    {
        Span<nint> texts = stackalloc nint[Texts];
        string?[] given =
        [
            result.Recipient.Text, result.Status, result.Reply, result.Host, result.Address?.ToString(), result.Tls,
            result.QueueId,
        ];
        _memory.Add(TextBlock.Allocate(given, texts));
        return new SendResultLayout
        {
            Address = texts[0],
            Status = texts[1],
            Reply = texts[2],
            Host = texts[3],
            HostAddress = texts[4],
            Tls = texts[5],
            QueueId = texts[6],
            State = (int)result.State,
            Error = -(int)result.Fault,
            ReplyCode = result.ReplyCode,
            Attempts = result.Attempts,
            TlsChecked = result.IsVerified ? 1 : 0,
            MaybeTaken = result.IsUnknown ? 1 : 0,
        };
    }
}
