using MailModule.Delivery.Queue;
using MailModule.Engine.Mailboxes;
using MailModule.Engine.Retrieving;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>
/// A whole mail engine: settings, servers, spool, sending. All state hangs on it; every member may be called from any
/// thread. Nothing runs before the first call that needs it, and after <see cref="Stop"/> nothing runs either, until
/// the next. What a fault is about tells <see cref="FaultReason"/>.
/// </summary>
public sealed partial class MailEngine
{
    /// <summary>The engine of the old functions; made at its first use, which starts nothing.</summary>
    public static MailEngine Default { get; } = new();

    /// <summary>How long a stop without any time waits for a start that is under way.</summary>
    private static readonly TimeSpan StartGrace = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly HostCalls _hostCalls = new();
    private readonly EngineLog _log;
    private readonly EngineSettings _settings;
    private RunningEngine? _running;
    private Action<QueueEvent>? _queueListener;
    private string? _toldOfName;
    private EngineStop? _stop;
    private bool _isStopping;
    private bool _isStopAwaited;
    private bool _isClosed;

    public MailEngine()
    {
        _log = new EngineLog(_hostCalls);
        MailboxEvents = new HostEvents<MailboxEvent>(_hostCalls, HostCall.MailboxEvent, _log.Log, "mailbox");
        FetchEvents = new HostEvents<FetchResult>(_hostCalls, HostCall.FetchEvent, _log.Log, "fetch");
        _settings = new EngineSettings(_log.Log) { Published = Published };
    }

    /// <summary>Tells of new mail in mailboxes; kept over stops and starts of the engine.</summary>
    public HostEvents<MailboxEvent> MailboxEvents { get; }

    /// <summary>Tells of looks at mailboxes elsewhere that have ended; kept over stops and starts of the engine.
    /// </summary>
    public HostEvents<FetchResult> FetchEvents { get; }

    /// <summary>
    /// Whether the calling thread may wait: not inside a callback on the I/O thread (setting <c>callback_inline</c>).
    /// </summary>
    public static bool MayBlock => !HostCallback.IsInsideInlineCall;

    /// <summary>
    /// Takes all settings of a file, or none of them: <see cref="Fault.NotFound"/>, <see cref="Fault.Io"/>,
    /// <see cref="Fault.Config"/> (text: file and line).
    /// </summary>
    /// <param name="file">Null: <c>mailmodule.cfg</c>, or <c>ftp.cfg</c> if only that exists.</param>
    public Fault LoadConfig(string? file)
    {
        Fault fault = _settings.Load(file, out string error);
        return Fail(fault, error);
    }

    /// <summary>
    /// Sets one key. <see cref="Fault.NotFound"/> for an unknown one (always, not only with <c>strict</c>: the caller
    /// sees it), <see cref="Fault.Config"/> for a malformed value or one out of range.
    /// </summary>
    public Fault Set(string key, string value)
    {
        Fault fault = _settings.Set(key, value, out string error);
        return Fail(fault, error);
    }

    /// <inheritdoc cref="Set(string, string)"/>
    public Fault Set(string key, long value)
    {
        Fault fault = _settings.Set(key, value, out string error);
        return Fail(fault, error);
    }

    /// <summary>
    /// The current value of a number or flag (0 or 1); text that is no number is <see cref="Fault.Config"/>.
    /// </summary>
    public Fault TryGetInt(string key, out int value) => _settings.TryGetInt(key, out value);

    /// <inheritdoc cref="TryGetInt"/>
    public Fault TryGetNumber(string key, out long value) => _settings.TryGetNumber(key, out value);

    /// <summary>
    /// The current value of any key as text, defaults included; null for a key that has no value. Lists: their values
    /// with LF between.
    /// </summary>
    public Fault TryGetText(string key, out string? value) => _settings.TryGetText(key, out value);

    /// <summary>
    /// Starts the SMTP server with the settings of this moment, and what it needs. Running already: the handler and the
    /// mask are replaced for sessions to come if the port is the same (or 0), else <see cref="Fault.State"/>, as for
    /// one that <see cref="StartServer"/> started. <see cref="Fault.Bind"/>, <see cref="Fault.Locked"/> (spool in use),
    /// <see cref="Fault.Io"/>, <see cref="Fault.Tls"/>.
    /// </summary>
    /// <param name="handler">Null: nobody is asked.</param>
    /// <param name="port">0: from the settings.</param>
    /// <param name="mask">The actions the handler is asked about.</param>
    public Fault StartSmtp(IRequestHandler? handler, int port, RequestAction mask)
        => StartOrReplace(ServerKind.Smtp, handler, port, mask);

    /// <summary>As <see cref="StartSmtp"/>, for POP3.</summary>
    public Fault StartPop3(IRequestHandler? handler, int port, RequestAction mask)
        => StartOrReplace(ServerKind.Pop3, handler, port, mask);

    /// <summary>
    /// Starts a server that its own handle stops. <see cref="Fault.Argument"/> for options that are none,
    /// <see cref="Fault.State"/> if the engine has a server of this kind already, however started; else as
    /// <see cref="StartSmtp"/>.
    /// </summary>
    /// <param name="server">Not null when the result is None.</param>
    public Fault StartServer(ServerKind kind, ServerOptions options, out StartedServer? server)
    {
        server = null;
        if (options.FindProblem() is { } wrong)
            return Fail(Fault.Argument, wrong);
        lock (_lock)
        {
            if (WhyNotRun() is { } reason)
                return Fail(Fault.State, reason);
            Fault fault = Run(out RunningEngine? running);
            if (fault != Fault.None)
                return fault;
            fault = running!.StartServer(
                kind, HostOf(null, RequestAction.None), options, out server, out string? text);
            return Fail(fault, text);
        }
    }

    /// <summary>
    /// Drains and stops: no new sessions, those at work get until <paramref name="timeout"/>, then they are cut. When
    /// it returns every thread, socket and file of this engine is gone; <see cref="Fault.Timeout"/>: what the text
    /// names still runs, the stop goes on by itself, and until its end nothing can be started; the next call waits for
    /// that end. <see cref="Fault.Full"/> or another: all is gone, but the spool's last marks are not on disk. Settings
    /// stay. Not running: None. Never called from inside a callback.
    /// </summary>
    public Fault Stop(TimeSpan timeout) => Stop(timeout, forGood: false);

    /// <summary>
    /// As <see cref="Stop(TimeSpan)"/> without any time, and for good: from here on every use is
    /// <see cref="Fault.State"/>.
    /// </summary>
    public Fault Close() => Stop(TimeSpan.Zero, forGood: true);

    /// <summary>Sets the sink that gets the engine's log lines beside the log file: level, area, text. Null: none. When
    /// this returns the old sink is not called any more. A sink is called from any thread and must not throw.</summary>
    public void SetLogSink(Action<LogLevel, string, string>? sink, LogLevel level) => _log.SetHostSink(sink, level);

    // With the lock held. Null: it may be used.
    private string? WhyNotRun()
    {
        if (_isClosed)
            return "the engine is being freed";
        return _isStopping ? $"the engine is being stopped; still running: {_running?.WhatRuns}" : null;
    }

    /// <summary>Under the lock. <see cref="Fault.Memory"/>: there is no thread to run on.</summary>
    private Fault Run(out RunningEngine? running)
    {
        running = _running;
        if (running is not null)
            return Fault.None;
        var workers = new Workers(RunningEngine.ThreadLimit, _log.Log);
        if (!workers.TryStart())
            return Fail(Fault.Memory, OwnThread.Shortage);
        running = _running = new RunningEngine(
            _settings, new EngineListeners(MailboxEvents, FetchEvents, _queueListener), workers, _hostCalls, _log.Log);
        _log.Configure(_settings.Current, workers);
        _settings.WarnAtStart();
        _toldOfName = OwnNameWarning.Of(_settings.Current);
        return Fault.None;
    }

    // What is to be told of the name at the start the settings tell; here it is what they were set to since.
    private void TellOfName()
    {
        string? warning = OwnNameWarning.Of(_settings.Current);
        if (warning is not null && warning != _toldOfName)
            _log.Log.Write(LogLevel.Warning, "settings", warning);
        _toldOfName = warning;
    }

    private Fault StartOrReplace(ServerKind kind, IRequestHandler? handler, int port, RequestAction mask)
    {
        lock (_lock)
        {
            if (WhyNotRun() is { } reason)
                return Fail(Fault.State, reason);
            Fault fault = Run(out RunningEngine? running);
            if (fault != Fault.None)
                return fault;
            fault = running!.StartOrReplace(kind, HostOf(handler, mask), port, out string? text);
            return Fail(fault, text);
        }
    }

    private Fault Stop(TimeSpan timeout, bool forGood)
    {
        // Who starts a server holds the lock, perhaps as long as the disk likes.
        if (!_lock.TryEnter(timeout + StartGrace))
            return Fail(Fault.Timeout, $"still running: {WhatStarts}");
        EngineStop? stop;
        bool isFirst;
        try
        {
            if (_isStopAwaited || _isClosed)
                return Fail(Fault.State, "another thread stops the engine");
            isFirst = _stop is null;
            _isClosed = forGood;
            stop = BeginStop(timeout);
            _isStopAwaited = stop is not null;
        }
        finally
        {
            _lock.Exit();
        }
        return stop is null ? Fault.None : Await(stop, isFirst, timeout);
    }

    private string WhatStarts => _hostCalls.IsAnyRunning
        ? $"a start, and callbacks of the host ({_hostCalls})" : "a start, which waits for the disk";

    // With the lock held. Null: nothing runs.
    private EngineStop? BeginStop(TimeSpan timeout)
    {
        if (_stop is not null || _running is not { } running)
            return _stop;
        _isStopping = true;
        _stop = new EngineStop(
            () => running.Stop(timeout), running.WaitForEnd, StopEnded, _hostCalls, _log.Log);
        return _stop;
    }

    private Fault Await(EngineStop stop, bool isFirst, TimeSpan timeout)
    {
        RunningEngine? running = _running;
        if (isFirst)
            stop.Begin();
        Fault fault = isFirst ? stop.WaitForCut(timeout) : stop.Wait(timeout);
        string? text = fault == Fault.None ? null : WhyStopFailed(fault, running);
        lock (_lock)
            _isStopAwaited = false;
        return Fail(fault, text);
    }

    // On the thread of the stop.
    private void StopEnded()
    {
        lock (_lock)
        {
            _log.DetachWorkers();
            _running = null;
            _stop = null;
            _isStopping = false;
        }
    }

    private string WhyStopFailed(Fault fault, RunningEngine? running)
    {
        if (fault == Fault.Timeout)
            return $"still running: {running?.WhatRuns}";
        string spool = $"the spool {_settings.Current.FullPath(Keys.SmtpOut)}";
        return $"{spool}: {FaultWords.Of(fault)}; what was delivered last could not be marked as done there";
    }

    private HostCallback HostOf(IRequestHandler? handler, RequestAction mask)
        => new(handler, mask, _settings.Current.Flag(Keys.CallbackInline));

    // Before the start as well: a log file that cannot be written is told at once, and nothing is lost to it.
    private void Published()
    {
        RunningEngine? running;
        lock (_lock)
        {
            running = _isStopping ? null : _running;
            if (!_isStopping)
                _log.Configure(_settings.Current, _running?.Workers);
            if (_running is not null && !_isStopping)
                TellOfName();
        }
        running?.Fetching.Apply();
    }

    /// <summary>Tells the log of a fault of the library itself, which an exception is.</summary>
    public void LogFault(Exception exception)
        => _log.Log.Write(LogLevel.Error, "engine", $"a fault of the library itself: {exception}");

    internal static Fault Fail(Fault fault, string? text) => FaultReason.Because(fault, text);
}
