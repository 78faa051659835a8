using MailModule.Authentication.Arc;
using MailModule.Authentication.Dkim;
using MailModule.Authentication.Dmarc;
using MailModule.Dns;

namespace MailModule.Authentication.Checks;

/// <summary>
/// The checks of one message, in one pass: SPF may begin before its first octet; what its header names is asked for as
/// soon as the header is over, all at once; and the results are there behind its last octet, or when the time is up.
/// No thread is held meanwhile, and of the message no more than its header section.
/// </summary>
/// <remarks>
/// <see cref="Append"/> and <see cref="End"/> are called by one thread at a time, in this order. What looks up is
/// called on a worker, by any thread, more than once without harm; results come on whatever thread has the last answer
/// (<see cref="WorkerDns"/> makes it a worker). Dispose of it when it is not wanted any more.
/// </remarks>
internal sealed class MessageChecks : IMessageWatcher, IDisposable
{
    private readonly Lock _beginning = new();
    private readonly CheckRequest _request;
    private readonly IDns _dns;
    private readonly TimeProvider _time;
    private readonly SpfOfMessage _spf;
    private readonly MessagePass _pass;
    private readonly DkimVerification? _dkim;
    private readonly ArcValidation? _arc;
    private HeaderSection? _header;
    private QuestionTime? _limit; // once look-ups have begun; SPF has its own
    private QuestionTime? _judging; // of what is asked behind the message's end
    private TaskCompletionSource<MessageResults>? _all;
    private Task<DmarcDiscovery>? _discovery;
    private bool _isDisposed;

    public MessageChecks(CheckRequest request, IDns dns, TimeProvider time)
    {
        _request = request;
        _dns = dns;
        _time = time;
        _spf = new SpfOfMessage(request, dns, time);
        if (_request.Wants(CheckMethods.Dkim | CheckMethods.Dmarc))
            _dkim = new DkimVerification(time);
        if (_request.Wants(CheckMethods.Arc))
            _arc = new ArcValidation(time);
        _pass = new MessagePass(this, _dkim, _arc);
    }

    /// <summary>The empty line behind the header was read, or what is too long for a header.</summary>
    public bool IsHeaderOver => _pass.IsHeaderOver;

    /// <summary>Octets of memory: the header's, and what is kept to find its fields.</summary>
    public long Held { get; private set; }

    /// <summary>What is known by now.</summary>
    public MessageResults Known
        => IsKnown && _all!.Task.IsCompletedSuccessfully ? _all.Task.Result : _spf.Known;

    /// <summary>SPF was asked, and is known.</summary>
    public bool IsSpfKnown => _spf.IsKnown;

    /// <summary>All was asked, and is known.</summary>
    public bool IsKnown => Volatile.Read(ref _all) is { Task.IsCompleted: true };

    /// <summary>SPF is looked up from now on, where it is asked for.</summary>
    /// <param name="cancel">Ends it: a temporary error.</param>
    public void BeginSpf(CancellationToken cancel) => _ = _spf.Ask(cancel);

    /// <summary>The next octets of the message, as its sender gave them, cut anywhere; CRLF or LF.</summary>
    public void Append(ReadOnlySpan<byte> octets)
    {
        if (!_pass.IsHeaderOver)
            Held = Math.Min(Held + octets.Length, MessagePass.HeaderLimit);
        _pass.Append(octets);
    }

    /// <summary>There are no more octets.</summary>
    public void End() => _pass.End();

    /// <summary>
    /// Keys, and what the From domain asks for, are looked up from now on, if they are not yet: once
    /// <see cref="IsHeaderOver"/>. The message may go on meanwhile.
    /// </summary>
    /// <param name="cancel">What has no answer then is a temporary error.</param>
    public void BeginLookUps(CancellationToken cancel)
    {
        lock (_beginning)
        {
            if (_limit is not null)
                return;
            _limit = new QuestionTime(_request.TimeLimit, _time, cancel);
            if (_isDisposed)
                _limit.Dispose();
            var dns = new TimedDns(_dns, _limit);
            CancellationToken end = _limit.End;
            _dkim?.BeginLookUps(dns, end);
            _arc?.BeginLookUps(dns, end);
            if (_request.Wants(CheckMethods.Dmarc))
                _discovery = new DmarcCheck(dns).Find(MessageAuthor.Of(_header!), end).AsTask();
        }
    }

    /// <summary>SPF alone: of HELO and of the reverse path, when they are known.</summary>
    /// <inheritdoc cref="BeginSpf"/>
    public ValueTask<MessageResults> CompleteSpf(CancellationToken cancel) => new(_spf.Ask(cancel));

    /// <summary>
    /// All results, when all are known; asked again they are the same. Behind <see cref="End"/>; what is not begun
    /// begins here.
    /// </summary>
    /// <inheritdoc cref="BeginLookUps"/>
    public ValueTask<MessageResults> Complete(CancellationToken cancel)
    {
        TaskCompletionSource<MessageResults> all;
        lock (_beginning)
        {
            if (_all is { } known)
                return new ValueTask<MessageResults>(known.Task);
            _all = all = new TaskCompletionSource<MessageResults>();
        }
        _ = all.SetFrom(() => LookUpAll(cancel));
        return new ValueTask<MessageResults>(all.Task);
    }

    /// <summary>What is still asked ends: a temporary error.</summary>
    public void Dispose()
    {
        lock (_beginning)
            _isDisposed = true;
        _spf.Dispose();
        _limit?.Dispose();
        _judging?.Dispose();
    }

    void IMessageWatcher.HeaderEnded(HeaderSection header, BodyHashes hashes)
    {
        _header = header;
        Held += header.Count * HeaderSection.OctetsOfPlace;
    }

    // RFC 6376 §8.2: what follows l= octets of the body is nobody's word, so such a signature speaks for no author
    private static bool IsWhole(DkimResult signature) => !signature.IsBodyLonger;

    private async ValueTask<MessageResults> LookUpAll(CancellationToken cancel)
    {
        long began = _time.GetTimestamp();
        Task<MessageResults> spf = _spf.Ask(cancel);
        BeginLookUps(cancel);
        MessageResults results = await spf.ConfigureAwait(false);
        if (_dkim is not null)
            results = results with { Dkim = await _dkim.Complete().ConfigureAwait(false) };
        if (_arc is not null)
            results = results with { Arc = await _arc.Complete().ConfigureAwait(false) };
        if (_discovery is not null)
            results = results with { Dmarc = await Judge(results, began, cancel).ConfigureAwait(false) };
        _limit!.Dispose();
        return results;
    }

    private async ValueTask<DmarcResult> Judge(MessageResults results, long began, CancellationToken cancel)
    {
        DmarcDiscovery discovery = await _discovery!.ConfigureAwait(false);
        using QuestionTime time = BeginJudging(began, cancel);
        DmarcResult dmarc = await new DmarcCheck(_dns)
            .Judge(discovery, results.MailFrom, [.. results.Dkim.Where(IsWhole)], time.End).ConfigureAwait(false);
        return results.Arc is { } arc ? TrustedChain.Judge(dmarc, arc, _request.TrustedSealers) : dmarc;
    }

    // What only the results name is asked last. The time since the header says nothing about it: a message may have
    // taken longer to come than questions have.
    private QuestionTime BeginJudging(long began, CancellationToken cancel)
    {
        TimeSpan left = _request.TimeLimit - _time.GetElapsedTime(began);
        lock (_beginning)
        {
            _judging = new QuestionTime(left, _time, cancel);
            _judging.Run();
            if (_isDisposed)
                _judging.Dispose();
            return _judging;
        }
    }
}
