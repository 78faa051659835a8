using System.Collections.Concurrent;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool.Contract;

/// <summary>A consumer that keeps what it takes, and wants more as long as a test lets it.</summary>
internal sealed class TakingConsumer : ISpoolConsumer
{
    private readonly BlockingCollection<(ISpoolEntry Entry, bool IsNew)> _taken = [];
    private Action? _resume;

    public bool WantsMore { get; set; } = true;
    public int Waiting => _taken.Count;

    public bool Take(ISpoolEntry entry, bool isNew, Action resume)
    {
        bool wantsMore = WantsMore;
        if (!wantsMore)
            Volatile.Write(ref _resume, resume);
        _taken.Add((entry, isNew));
        return wantsMore;
    }

    /// <summary>It has got on.</summary>
    public void Resume()
    {
        WantsMore = true;
        Interlocked.Exchange(ref _resume, null)?.Invoke();
    }

    public ISpoolEntry Next(bool isNew)
    {
        Assert.True(_taken.TryTake(out (ISpoolEntry Entry, bool IsNew) next, SpoolRun.WaitLimit));
        Assert.Equal(isNew, next.IsNew);
        Assert.True(next.Entry.IsClaimed);
        return next.Entry;
    }
}
