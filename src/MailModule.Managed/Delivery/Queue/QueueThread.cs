using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Queue;

/// <summary>
/// The queue's own thread (mailmodule-que), for what has a time: takes a turn when something is due, and whenever the
/// table was woken. It ends when the table is closed.
/// </summary>
/// <param name="nextDue">When a turn is due; null: not before something happens.</param>
/// <param name="turn">Does all that is due.</param>
internal sealed class QueueThread(
    QueueTable table, Func<DateTimeOffset?> nextDue, Action turn, QueueDependencies dependencies)
{
    /// <summary>A turn is taken at least so often: a clock that was set back by more is noticed.</summary>
    public static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private Thread? _thread;
    private int _wakesSeen;

    /// <summary>False: the system gives no thread.</summary>
    public bool Start()
    {
        _thread = OwnThread.TryStart("mailmodule-que", Run);
        return _thread is not null;
    }

    public void Join() => _thread?.Join();

    private void Run()
    {
        while (TryTakeTurn())
            continue;
    }

    // What a turn fails of, be it memory, must not end the process: the next turn does what this one has left.
    private bool TryTakeTurn()
    {
        try
        {
            if (!Sleep())
                return false;
            turn();
        }
        catch (Exception e)
        {
            dependencies.Log.WriteFailure("queue", "a turn of the queue failed", e);
        }
        return true;
    }

    // Until there is something to do. False when the thread is to end.
    private bool Sleep()
    {
        TimeSpan wait = nextDue() is { } due ? due - dependencies.Time.GetUtcNow() : LongestSleep;
        lock (table.Lock)
        {
            if (table.Wakes == _wakesSeen && !table.IsClosed && wait > TimeSpan.Zero)
                table.Wait(wait < LongestSleep ? wait + TimeSpan.FromMilliseconds(1) : LongestSleep);
            _wakesSeen = table.Wakes;
            return !table.IsClosed;
        }
    }
}
