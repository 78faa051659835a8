namespace MailModule.Delivery.Queue;

/// <summary>
/// How many runs of each kind are under way, and whether one more may be: so many in all; of those, hosts that have
/// taken no mail lately get a half, and reports a quarter. So what nobody answers, and what strangers can make us write
/// in any number, leave runs for the rest. Guarded by the table's lock.
/// </summary>
internal sealed class RunShares
{
    private const int UnprovenPart = 2;
    private const int ReportPart = 4;

    /// <summary>A part of the reports' part: reports to hosts that answer nothing hold up no other report.</summary>
    private const int UnprovenReportPart = 8;

    private readonly int[] _counts = new int[RunKind.Count];

    /// <summary>Runs of all kinds.</summary>
    public int Limit { get; set; }

    public bool HasRoom(RunKind kind)
    {
        int reports = _counts[2] + _counts[3], unproven = _counts[1] + _counts[3];
        if (_counts[0] + _counts[2] + unproven >= Limit)
            return false;
        return (kind.IsProven || unproven < Part(UnprovenPart))
            && (!kind.IsReport || reports < Part(ReportPart))
            && (kind.IsProven || !kind.IsReport || _counts[kind.Index] < Part(UnprovenReportPart));
    }

    public void Enter(RunKind kind) => _counts[kind.Index]++;

    public void Leave(RunKind kind) => _counts[kind.Index]--;

    /// <summary>A run turns to another kind, if there is room for that.</summary>
    public bool TryChange(RunKind from, RunKind to)
    {
        Leave(from);
        bool hasRoom = HasRoom(to);
        Enter(hasRoom ? to : from);
        return hasRoom;
    }

    private int Part(int of) => Math.Max(1, Limit / of);
}
