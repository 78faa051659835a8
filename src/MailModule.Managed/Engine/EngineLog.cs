using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>
/// Where an engine's lines go: the files of the settings and the host's callback, each with its own level. With
/// neither, a line costs one comparison. Any thread.
/// </summary>
internal sealed class EngineLog
{
    private const LogLevel Nothing = 0;

    private readonly HostCalls _calls;
    private readonly Lock _hostLock = new();
    private readonly Lock _levelLock = new();
    private Action<LogLevel, string, string>? _hostSink;
    private LogLevel _hostLevel = Nothing;
    private LogLevel _fileLevel = Nothing;
    private volatile LogFiles? _files;
    private volatile Workers? _workers;
    private volatile int _lengthLimit;

    /// <param name="calls">Where the host's callback is counted while it runs.</param>
    public EngineLog(HostCalls calls)
    {
        _calls = calls;
        Log = new Log(Nothing, Write);
    }

    public Log Log { get; }

    /// <summary>
    /// Takes file and level of the settings. A file that cannot be written is said to the host's callback.
    /// </summary>
    /// <param name="workers">They write the file; null: the thread that has a line does.</param>
    public void Configure(SettingValues values, Workers? workers)
    {
        _workers = workers;
        string? path = values.FullPath(Keys.LogPath);
        bool isDaily = values.Flag(Keys.Logs.Day), isSeparate = values.Flag(Keys.Logs.SeparateFiles);
        string? wrong = null;
        if (_files is { } files ? !files.Are(path, isDaily, isSeparate) : path is not null)
        {
            _files?.Flush();
            _files = path is null ? null : new LogFiles(path, isDaily, isSeparate, Run, TellHost);
            wrong = _files?.Check();
        }
        _lengthLimit = values.Int(Keys.Logs.Limit);
        _fileLevel = _files is null ? Nothing : values.LogLevel;
        Adjust();
        if (wrong is not null)
            Log.Write(LogLevel.Error, "log", wrong);
    }

    /// <summary>When this returns the old sink is not called any more.</summary>
    public void SetHostSink(Action<LogLevel, string, string>? sink, LogLevel level)
    {
        lock (_hostLock)
        {
            _hostSink = sink;
            _hostLevel = sink is null ? Nothing : level;
        }
        Adjust();
    }

    /// <summary>Writes out what is gathered; from here on a line is written by the thread that has it.</summary>
    public void DetachWorkers()
    {
        _workers = null;
        _files?.Flush();
    }

    // Settings and host may change their levels at once: the later of the two has to see both.
    private void Adjust()
    {
        lock (_levelLock)
            Log.Level = _hostLevel > _fileLevel ? _hostLevel : _fileLevel;
    }

    // Without workers nobody waits for more lines to gather.
    private void Run(IJob job)
    {
        if (_workers is { } workers)
            workers.Run(job);
        else
            ((LogFile)job).Flush();
    }

    private void TellHost(string text)
    {
        lock (_hostLock)
            if (_hostLevel >= LogLevel.Error)
                CallHost(LogLevel.Error, "log", text);
    }

    private void Write(LogLevel level, string area, string text)
    {
        text = LogLine.Cut(text, _lengthLimit);
        if (level <= _fileLevel)
            _files?.Write(level, area, text);
        lock (_hostLock)
            if (level <= _hostLevel)
                CallHost(level, area, text);
    }

    // With the host's lock held.
    private void CallHost(LogLevel level, string area, string text)
    {
        using (_calls.Enter(HostCall.LogLine))
            _hostSink?.Invoke(level, area, LogLine.Clean(text));
    }
}
