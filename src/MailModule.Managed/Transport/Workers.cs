namespace MailModule.Transport;

/// <summary>A job for a worker; the object is the closure, so that a job costs no allocation.</summary>
public interface IWork
{
    void Run();
}

/// <summary>
/// Threads of our own (named mailmodule-w, all signals blocked) for everything that may block: host callbacks, files, TLS handshakes.
/// A job never waits for another job's end: when all threads are busy a new one starts, up to the limit; idle ones go
/// after a while. Wakes only sleepers; a hop costs a few microseconds.
/// </summary>
public sealed class Workers : IDisposable
{
    /// <param name="limit">Threads at most; beyond it jobs queue.</param>
    public Workers(int limit) => throw new NotImplementedException();

    public void Run(IWork work) => throw new NotImplementedException();

    /// <summary>Waits until all jobs have run and all threads have ended, or the time is up; false in the second case.</summary>
    public bool Stop(TimeSpan timeout) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
