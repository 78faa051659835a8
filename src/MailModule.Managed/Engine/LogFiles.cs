using System.Collections.Concurrent;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>
/// The files of a log: one, or beside it one for each service (<c>seplog</c>), whose lines go there and not into the
/// first: <c>mail.log.smtp</c>. One is made with its first line. Any thread.
/// </summary>
/// <param name="path">Of the first, a full path.</param>
/// <param name="isDaily">Each begins anew every day.</param>
/// <param name="isSeparate">There are those of services.</param>
/// <param name="run">Runs a job where it may block, now or soon: a worker.</param>
/// <param name="tell">Gets why a file cannot be written, once each time that begins.</param>
internal sealed class LogFiles(
    string path, bool isDaily, bool isSeparate, Action<IJob> run, Action<string>? tell = null)
{
    /// <summary>The areas of lines that have a file of their own.</summary>
    public static readonly IReadOnlyList<string> Services = ["smtp", "pop3", "send", "fetch", "lists", "control"];

    private readonly LogFile _first = Make(path, isDaily, run, tell);
    private readonly ConcurrentDictionary<string, Lazy<LogFile>> _services = new(StringComparer.Ordinal);

    /// <summary>They are what these settings ask for.</summary>
    public bool Are(string? named, bool daily, bool separate)
        => path == named && isDaily == daily && isSeparate == separate;

    /// <inheritdoc cref="LogFile.Check"/>
    public string? Check() => _first.Check();

    public void Write(LogLevel level, string area, string text) => FileOf(area).Write(level, area, text);

    /// <inheritdoc cref="LogFile.Flush"/>
    public void Flush()
    {
        _first.Flush();
        foreach (Lazy<LogFile> file in _services.Values)
            file.Value.Flush();
    }

    private LogFile FileOf(string area)
        => isSeparate && Services.Contains(area)
            ? _services.GetOrAdd(
                area, one => new Lazy<LogFile>(() => Make($"{path}.{one}", isDaily, run, tell))).Value
            : _first;

    private static LogFile Make(string path, bool isDaily, Action<IJob> run, Action<string>? tell)
        => new(path, run, tell, isDaily ? new DailyRename(path, TimeProvider.System) : null);
}
