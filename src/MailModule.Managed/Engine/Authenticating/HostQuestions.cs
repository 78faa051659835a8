using MailModule.Authentication.Checks;
using MailModule.Authentication.Dkim;
using MailModule.Dns;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Authenticating;

/// <summary>
/// What a running engine is asked by its host beside servers and sending: checks and signatures of messages. The stop
/// of the engine ends what they wait for, and waits until the last of them has told its end. Any thread.
/// </summary>
public sealed class HostQuestions
{
    private readonly EngineSettings _settings;
    private readonly Func<IDns> _dns;
    private readonly IDkimKeys _dkimKeys;
    private readonly Func<DkimKey?> _findSealKey;
    private readonly RecentKeys _recent = new();
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ManualResetEvent _allEnded = new(true);
    private int _running;
    private bool _isStopped;

    /// <param name="dns">The resolver of the moment.</param>
    /// <param name="dkimKeys">Those of the settings.</param>
    /// <param name="findSealKey">That of the settings; null: they have none that can be used.</param>
    /// <param name="calls">Where the host's callbacks are counted.</param>
    internal HostQuestions(
        EngineSettings settings, Func<IDns> dns, IDkimKeys dkimKeys, Func<DkimKey?> findSealKey, Workers workers,
        HostCalls calls, Log log)
    {
        _settings = settings;
        _dns = dns;
        _dkimKeys = dkimKeys;
        _findSealKey = findSealKey;
        Workers = workers;
        Calls = calls;
        Log = log;
    }

    /// <summary>Cancelled when the engine begins to stop.</summary>
    internal CancellationToken Stopping => _stopping.Token;

    internal Workers Workers { get; }

    internal HostCalls Calls { get; }

    internal Log Log { get; }

    /// <summary>Begins checks of a message, which is read to the question then.</summary>
    public HostQuestion<FoundResults> NewCheck(CheckSubject subject)
    {
        AuthenticationRules rules = _settings.Current.Checks.Authentication;
        CheckRequest request = subject.ToRequest(_settings.Current.OwnName.Text, rules.TrustedSealers);
        var checks = new MessageChecks(request, new WorkerDns(_dns(), Workers.Run), TimeProvider.System);
        return new CheckQuestion(this, checks, subject, rules.ServerId);
    }

    /// <summary>Begins a signature by DKIM over a message, which is read to the question then.</summary>
    /// <param name="key">Null: the keys that the settings have for its From domain.</param>
    /// <param name="question">Not null when the result is None; its answer are the fields.</param>
    public Fault NewSignature(GivenKey? key, out HostQuestion<string>? question)
    {
        question = null;
        HostKey? own = null;
        Fault fault = key is null ? Fault.None : _recent.Read(key, out own);
        if (fault == Fault.None)
            question = new SignatureQuestion(this, own ?? _dkimKeys);
        return fault;
    }

    /// <summary>Begins an ARC set for a message that is sent on, which is read to the question then.</summary>
    /// <param name="key">Null: the key that the settings have.</param>
    /// <param name="found">Authentication-Results of the message on its way in: the field, or its value; null: it is in
    /// the message.</param>
    /// <param name="question">Not null when the result is None; its answer are the fields.</param>
    public Fault NewSeal(GivenKey? key, string? found, out HostQuestion<string>? question)
    {
        question = null;
        Fault fault = SealKey(key, out DkimKey? own);
        if (fault != Fault.None)
            return fault;
        fault = SealQuestion.Make(
            this, own!, found, _settings.Current.Checks.Authentication.ServerId, out SealQuestion? made);
        question = made;
        return fault;
    }

    private Fault SealKey(GivenKey? given, out DkimKey? key)
    {
        key = null;
        if (given is not null)
        {
            Fault fault = _recent.Read(given, out HostKey? own);
            key = own?.Key;
            return fault;
        }
        key = _findSealKey();
        return key is null
            ? FaultReason.Because(Fault.NotFound, "there is no key: the setting arc_seal names none that can be used")
            : Fault.None;
    }

    /// <summary>One more is under way, until <see cref="End"/>; false: the engine is being stopped.</summary>
    internal bool TryBegin()
    {
        lock (_lock)
        {
            if (_isStopped)
                return false;
            _running++;
            _allEnded.Reset();
            return true;
        }
    }

    internal void End()
    {
        lock (_lock)
            if (--_running == 0)
                _allEnded.Set();
    }

    /// <summary>Ends what all of them wait for; waits for none.</summary>
    internal void Stop()
    {
        lock (_lock)
            _isStopped = true;
        _stopping.Cancel();
    }

    /// <summary>After <see cref="Stop"/>: returns when none is under way.</summary>
    internal void WaitForEnd() => _allEnded.WaitOne();
}
