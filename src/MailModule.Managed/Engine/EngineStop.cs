using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>
/// One stop of what runs, on a thread of its own (mailmodule-stop): whoever asked for it waits as long as it likes, and
/// the stop goes on to its end, whatever a callback of the host or the disk does meanwhile.
/// </summary>
/// <param name="cut">Drains and cuts everything but calls of the host.</param>
/// <param name="waitForEnd">Waits for these.</param>
/// <param name="ended">Run once, when nothing of the engine is left; before a wait learns of it.</param>
/// <param name="calls">Those of the host that run.</param>
internal sealed class EngineStop(Func<Fault> cut, Action waitForEnd, Action ended, HostCalls calls, Log log)
{
    /// <summary>
    /// Time beyond the host's for what is cut to end, where no callback is known to hold it up: a thread that comes
    /// back from the disk cannot be told from one that does not, but by this.
    /// </summary>
    public TimeSpan CutGrace { get; init; } = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private readonly ManualResetEvent _ended = new(false);
    private volatile bool _isCut;
    private Fault _fault;

    /// <summary>Begins it; where the system gives no thread, does all of it at once.</summary>
    public void Begin()
    {
        if (OwnThread.TryStart("mailmodule-stop", Run) is null)
            Run();
    }

    /// <summary>
    /// Waits for the end until the time is up, and then for as long as what was cut needs.
    /// </summary>
    /// <returns>What the stop came to; <see cref="Fault.Timeout"/>: something still runs.</returns>
    public Fault WaitForCut(TimeSpan patience)
    {
        if (_ended.WaitOne(patience))
            return _fault;
        long late = Environment.TickCount64;
        while (Environment.TickCount64 - late < CutGrace.TotalMilliseconds && !IsHeldByHost)
            if (_ended.WaitOne(LookInterval))
                return _fault;
        return Wait(TimeSpan.Zero);
    }

    /// <summary>As <see cref="WaitForCut"/>, and no longer than until the time is up.</summary>
    public Fault Wait(TimeSpan patience) => _ended.WaitOne(patience) ? _fault : Fault.Timeout;

    private bool IsHeldByHost => _isCut && calls.IsAnyLongRunning;

    private void Run()
    {
        try
        {
            _fault = cut();
            _isCut = true;
            waitForEnd();
        }
        catch (Exception e)
        {
            log.Write(LogLevel.Error, "engine", $"the engine could not be stopped: {e}");
            _fault = Fault.Internal;
        }
        ended();
        _ended.Set();
    }
}
