using MailModule.Delivery.Outgoing;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// Results that were given to the host: their texts live as long as the message. A result is copied again only when it
/// has changed. Not for two threads at once.
/// </summary>
internal sealed class KeptResults
{
    private const int Texts = 7;

    private readonly Dictionary<int, (SubmittedRecipientView Given, SendResultLayout Copy)> _latest = [];
    private readonly List<nint> _memory = [];

    /// <param name="place">A checked <c>mm_send_result</c>.</param>
    public void Write(int recipient, SubmittedRecipientView given, nint place)
    {
        if (!_latest.TryGetValue(recipient, out var kept) || kept.Given != given)
            _latest[recipient] = kept = (given, Copy(given));
        Layout.Write(place, kept.Copy);
    }

    public void Free()
    {
        foreach (nint memory in _memory)
            Text.Free(memory);
        _memory.Clear();
        _latest.Clear();
    }

    private SendResultLayout Copy(SubmittedRecipientView given)
    {
        Span<nint> texts = stackalloc nint[Texts];
        var result = given.Result;
        string?[] copied =
        [
            given.Address.Text, result?.Enhanced, result?.Words, result?.Host, result?.Address?.ToString(), result?.Tls,
            given.QueueId,
        ];
        _memory.Add(TextBlock.Allocate(copied, texts));
        return new SendResultLayout
        {
            Address = texts[0],
            Status = texts[1],
            Reply = texts[2],
            Host = texts[3],
            HostAddress = texts[4],
            Tls = texts[5],
            QueueId = texts[6],
            State = (int)given.State,
            Error = -(int)(result?.Fault ?? Fault.None),
            ReplyCode = result?.ReplyCode ?? 0,
            Attempts = given.Attempts,
            TlsChecked = result is { IsVerified: true } ? 1 : 0,
            MaybeTaken = result is { IsUnknown: true } ? 1 : 0,
        };
    }
}
