using MailModule.Authentication.Spf;
using MailModule.Dns;

namespace MailModule.Authentication.Checks;

/// <summary>SPF of one message: of the name in HELO and of the reverse path, both at once (RFC 7208 §2.3, §2.4). Any
/// thread.</summary>
internal sealed class SpfOfMessage(CheckRequest request, IDns dns, TimeProvider time) : IDisposable
{
    private static readonly Task<MessageResults> s_nothing = Task.FromResult(MessageResults.Empty);

    private readonly Lock _beginning = new();
    private TaskCompletionSource<MessageResults>? _answer;
    private QuestionTime? _time;
    private bool _isDisposed;

    /// <summary>It was asked, and is known.</summary>
    public bool IsKnown => !IsWanted || Volatile.Read(ref _answer) is { Task.IsCompleted: true };

    /// <summary>What is known by now.</summary>
    public MessageResults Known => Volatile.Read(ref _answer) is { Task.IsCompletedSuccessfully: true } answer
        ? answer.Task.Result : MessageResults.Empty;

    /// <summary>Results without any where it is not wanted, or the client is not known. Asks at the first call.
    /// </summary>
    /// <param name="cancel">Ends it: a temporary error.</param>
    public Task<MessageResults> Ask(CancellationToken cancel)
    {
        if (!IsWanted)
            return s_nothing;
        lock (_beginning)
        {
            if (_answer is { } known)
                return known.Task;
            _answer = new TaskCompletionSource<MessageResults>();
            _time = new QuestionTime(request.TimeLimit, time, cancel);
            _time.Run();
            if (_isDisposed)
                _time.Dispose();
        }
        _ = _answer.SetFrom(LookUp);
        return _answer.Task;
    }

    /// <summary>What is still asked ends.</summary>
    public void Dispose()
    {
        lock (_beginning)
            _isDisposed = true;
        _time?.Dispose();
    }

    private bool IsWanted => request.Client is not null && request.Wants(CheckMethods.Spf | CheckMethods.Dmarc);

    private async ValueTask<MessageResults> LookUp()
    {
        bool isNull = request.Sender is "";
        Task<SpfResult>? ofSender = request.Sender is { Length: > 0 } ? Check(SpfIdentity.MailFrom).AsTask() : null;
        SpfResult? ofHelo = request.Helo.Length > 0 || isNull
            ? await Check(SpfIdentity.Helo).ConfigureAwait(false)
            : null;
        // RFC 7208 §2.4: the null reverse path is the HELO's
        SpfResult? ofPath = ofSender is not null ? await ofSender.ConfigureAwait(false) : isNull ? ofHelo : null;
        _time!.Dispose();
        return new MessageResults { Helo = ofHelo, MailFrom = ofPath };
    }

    private ValueTask<SpfResult> Check(SpfIdentity identity)
        => new SpfCheck(dns, request.HostName, time)
            .Check(identity, request.Client!, request.Sender ?? "", request.Helo, _time!.End);
}
