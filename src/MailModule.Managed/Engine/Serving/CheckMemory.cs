using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// What checks remember of clients from one session to the next, and from one life of the engine to the next. Any
/// thread.
/// </summary>
internal sealed class CheckMemory(Action<IJob> runJob, TimeProvider clock, Log log)
{
    private static readonly TimeSpan SaveDelay = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private StateFile? _greylistFile;
    private StateFile? _spammersFile;
    private ITimer? _timer;
    private bool _isEnded;

    public Greylist Greylist { get; } = new(clock);
    public SpammerList Spammers { get; } = new(clock);

    /// <summary>Reads what an engine before this one has known, and keeps it from now on. Blocks; once.</summary>
    /// <param name="folder">Where the files are.</param>
    public void Open(string folder)
    {
        lock (_lock)
        {
            if (_greylistFile is not null)
                return;
            _greylistFile = new StateFile(Disk.Real, folder, "greylist", log);
            _spammersFile = new StateFile(Disk.Real, folder, "spammers", log);
            Greylist.Load(_greylistFile.Load());
            Spammers.Load(_spammersFile.Load());
        }
    }

    /// <summary>Something is to be kept: it is saved within a minute.</summary>
    public void Learned()
    {
        lock (_lock)
            if (!_isEnded && _timer is null && _spammersFile is not null)
                _timer = clock.CreateTimer(
                    _ => runJob(new BeginningJob(SaveWhenDue)), null, SaveDelay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Saves, and nothing more from then on. Blocks as long as the disk takes.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isEnded = true;
            Save();
        }
    }

    private Task SaveWhenDue()
    {
        lock (_lock)
            Save();
        return Task.CompletedTask;
    }

    // With the lock held.
    private void Save()
    {
        _timer?.Dispose();
        _timer = null;
        if (Greylist.IsChanged)
            _greylistFile?.Save(Greylist.Save());
        if (Spammers.IsChanged)
            _spammersFile?.Save(Spammers.Save());
    }
}
