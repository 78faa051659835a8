using System.Buffers;
using System.Globalization;
using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>
/// The log's file. Writing a line costs a copy into memory; a worker appends what has gathered, opening the file each
/// time, so that it may be moved away at any moment and no descriptor is held. Memory is bounded: when the disk does
/// not keep up, or the file cannot be opened for long, lines are dropped and counted, and the count is written. Any
/// thread.
/// </summary>
internal sealed class LogFile : IJob
{
    private const int PendingLimit = 1024 * 1024;
    private const int MillisecondsBetweenWrites = 50;

    private readonly string _path;
    private readonly Action<IJob> _run;
    private readonly Action<string>? _tell;
    private readonly DailyRename? _days;
    private readonly Lock _lock = new();
    private readonly Lock _fileLock = new();
    private readonly ManualResetEventSlim _isFlushing = new();
    private ArrayBufferWriter<byte> _pending = new();
    private ArrayBufferWriter<byte> _writing = new();
    private int _pendingLines;
    private long _lost;
    private bool _isAsked;
    private long _writtenAt = -MillisecondsBetweenWrites;
    private bool _isTold;

    /// <param name="path">A full path; the folder is made if need be.</param>
    /// <param name="run">Runs a job where it may block, now or soon: a worker.</param>
    /// <param name="tell">Gets why the file cannot be written, once each time that begins.</param>
    /// <param name="days">Begins a new file each day; null: it is one file for ever.</param>
    public LogFile(string path, Action<IJob> run, Action<string>? tell = null, DailyRename? days = null)
    {
        _path = path;
        _run = run;
        _tell = tell;
        _days = days;
    }

    /// <summary>Makes the file, to learn whether it can be written; null, or what is wrong.</summary>
    public string? Check()
    {
        string? wrong = TryAppend([], out _);
        _isTold = wrong is not null;
        return wrong;
    }

    /// <summary>A sink for <see cref="Log"/>.</summary>
    public void Write(LogLevel level, string area, string text)
    {
        lock (_lock)
        {
            if (_pending.WrittenCount > PendingLimit)
                _lost++;
            else
                AppendLine(level, area, text);
            if (_isAsked)
                return;
            _isAsked = true;
        }
        _run(this);
    }

    /// <summary>
    /// Appends what has gathered so far; blocks. A worker that waits for more lines to gather waits no longer.
    /// </summary>
    public void Flush()
    {
        _isFlushing.Set();
        WriteOut();
        _isFlushing.Reset();
    }

    private void WriteOut()
    {
        lock (_fileLock)
        {
            int lines;
            lock (_lock)
            {
                _isAsked = false;
                NoteLostLines();
                (_pending, _writing) = (_writing, _pending);
                lines = _pendingLines;
                _pendingLines = 0;
            }
            bool isUntouched = false;
            string? wrong = _writing.WrittenCount == 0 ? null : TryAppend(_writing.WrittenSpan, out isUntouched);
            if (wrong is not null)
                PutBack(lines, isUntouched);
            _writing.ResetWrittenCount();
            Interlocked.Exchange(ref _writtenAt, Environment.TickCount64);
            if (wrong is not null && !_isTold)
                _tell?.Invoke(wrong);
            _isTold = wrong is not null;
        }
    }

    // Another program may hold the file for itself, as readers on Windows do: then the next write brings these lines
    // too.
    private void PutBack(int lines, bool isUntouched)
    {
        lock (_lock)
        {
            if (!isUntouched || _writing.WrittenCount + _pending.WrittenCount > PendingLimit)
            {
                _lost += lines;
                return;
            }
            _writing.Write(_pending.WrittenSpan);
            (_pending, _writing) = (_writing, _pending);
            _pendingLines += lines;
        }
    }

    // The first line after a rest is written at once; where many come, an open and a write for each would cost more
    // than the line.
    void IJob.Run()
    {
        long rest = Interlocked.Read(ref _writtenAt) + MillisecondsBetweenWrites - Environment.TickCount64;
        if (rest > 0)
            _isFlushing.Wait((int)rest);
        WriteOut();
    }

    private void AppendLine(LogLevel level, string area, string text)
    {
        LogLine.Append(_pending, DateTime.UtcNow, level, area, text);
        _pendingLines++;
    }

    private void NoteLostLines()
    {
        if (_lost == 0)
            return;
        long lost = _lost;
        _lost = 0;
        AppendLine(LogLevel.Warning, "log", string.Create(CultureInfo.InvariantCulture, $"{lost} lines were lost"));
    }

    /// <param name="isUntouched">It could not even be opened.</param>
    private string? TryAppend(ReadOnlySpan<byte> octets, out bool isUntouched)
    {
        isUntouched = true;
        try
        {
            if (IsPipe())
                return $"the log {_path} cannot be written: it is a pipe";
            if (Path.GetDirectoryName(_path) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            TurnToToday();
            using var file = new FileStream(_path, PrivateFile.Options(FileMode.Append));
            isUntouched = false;
            file.Write(octets);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the log {_path} cannot be written: {ExceptionWords.Of(e)}";
        }
    }

    // Lines in the file of another day are better than lines lost.
    private void TurnToToday()
    {
        try
        {
            _days?.TurnToToday();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    // Opening a pipe that nobody reads would never end.
    private bool IsPipe()
        => FileCalls.Real.Stat([.. Encoding.UTF8.GetBytes(_path), 0], out FileStamp stamp) >= 0 && stamp.IsPipe;
}
