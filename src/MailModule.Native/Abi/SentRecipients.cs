using MailModule.Engine.Sending;
using MailModule.Smtp.Client;

namespace MailModule.Native.Abi;

/// <summary>
/// Results of recipients as <c>mm_smtp_recipient</c>, and their texts, which live until <see cref="ForgetOld"/>. A
/// server answers in the same words each time: what it has said before is not copied again.
/// </summary>
internal sealed class SentRecipients : IDisposable
{
    private const int KeptLimit = 16;

    private readonly List<(AttemptResult Result, nint Memory, nint Status, nint Reply)> _kept = [];

    /// <param name="place">Its size stays as it is.</param>
    public void Write(AttemptResult result, ref SmtpRecipientLayout place)
    {
        (place.Status, place.Reply) = TextsOf(result);
        place.Error = -(int)result.Fault;
        place.Code = result.ReplyCode;
        place.Stage = (int)ClientTransactions.StageOf(result);
        place.MaybeTaken = result.IsUnknown ? 1 : 0;
    }

    /// <summary>The host has seen them all.</summary>
    public void ForgetOld()
    {
        if (_kept.Count > KeptLimit)
            Dispose();
    }

    public void Dispose()
    {
        foreach (var kept in _kept)
            Text.Free(kept.Memory);
        _kept.Clear();
    }

    private (nint Status, nint Reply) TextsOf(AttemptResult result)
    {
        foreach (var kept in _kept)
            if (ReferenceEquals(kept.Result, result) || kept.Result.Equals(result))
                return (kept.Status, kept.Reply);
        Span<nint> places = stackalloc nint[2];
        nint memory = TextBlock.Allocate([result.Enhanced, result.Words], places);
        _kept.Add((result, memory, places[0], places[1]));
        return (places[0], places[1]);
    }
}
