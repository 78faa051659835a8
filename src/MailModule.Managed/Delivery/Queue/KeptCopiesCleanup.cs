using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Delivery.Queue;

/// <summary>Deletes copies of sent messages when they are old (<c>sent_time</c>): once an hour, on a worker.</summary>
/// <param name="folder">Where they are; null: there are none.</param>
/// <param name="age">From which age on; null: they are kept for ever.</param>
internal sealed class KeptCopiesCleanup(
    Func<string?> folder, Func<TimeSpan?> age, Action<IJob> runJob, TimeProvider clock, Log log) : IJob, IDisposable
{
    private static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(1), Period = TimeSpan.FromHours(1);

    private ITimer? _timer;
    private int _isRunning;

    public void Start()
        => _timer = clock.CreateTimer(
            static cleanup => ((KeptCopiesCleanup)cleanup!).RequestRun(), this, FirstAfter, Period);

    public void Dispose() => _timer?.Dispose();

    /// <summary>Files that are no copies of ours, by their names, stay.</summary>
    public void Run()
    {
        try
        {
            if (folder() is { } path && age() is { } oldest && Directory.Exists(path))
                DeleteOlder(path, clock.GetUtcNow().UtcDateTime - oldest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Write(
                LogLevel.Warning, "queue",
                $"old copies of sent messages could not be deleted: {ExceptionWords.Of(e)}");
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }

    private void RequestRun()
    {
        if (Interlocked.Exchange(ref _isRunning, 1) == 0)
            runJob(this);
    }

    private void DeleteOlder(string path, DateTime limit)
    {
        int deleted = 0;
        foreach (FileInfo file in new DirectoryInfo(path).EnumerateFiles("*.eml"))
        {
            string id = Path.GetFileNameWithoutExtension(file.Name);
            if (id.Length is 0 or > 40 || !id.All(char.IsAsciiLetterOrDigit) || file.LastWriteTimeUtc >= limit)
                continue;
            file.Delete();
            deleted++;
        }
        if (deleted > 0)
            log.Write(LogLevel.Info, "queue", $"{deleted} old copies of sent messages deleted");
    }
}
