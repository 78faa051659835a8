namespace MailModule.Delivery.Queue;

/// <summary>
/// A line in which mail goes before reports; of those that wait beside it every fourth turn takes one. Guarded by the
/// table's lock.
/// </summary>
/// <param name="stillWaits">False for one whose turn is to be passed over.</param>
internal sealed class MailBeforeReports<T>(Func<T, bool> stillWaits)
    where T : class
{
    private const int ReportTurn = 4;

    private readonly Queue<T> _mail = new();
    private readonly Queue<T> _reports = new();
    private int _turn; // mail since the last report, up to where the next is due

    /// <summary>Those that wait. Some behind the first may have to be passed over.</summary>
    public int Count
    {
        get
        {
            Trim(_mail);
            Trim(_reports);
            return _mail.Count + _reports.Count;
        }
    }

    public bool HasMail
    {
        get
        {
            Trim(_mail);
            return _mail.Count > 0;
        }
    }

    /// <summary>If somebody waits: the next is a report.</summary>
    public bool IsReportNext
    {
        get
        {
            Trim(_reports);
            return _reports.Count > 0 && (!HasMail || _turn == ReportTurn - 1);
        }
    }

    /// <summary>The first of the mail, or of the reports if there is no mail; null if nobody waits.</summary>
    public T? First
    {
        get
        {
            Trim(_reports);
            (HasMail ? _mail : _reports).TryPeek(out T? first);
            return first;
        }
    }

    public void Enqueue(T one, bool isReport) => (isReport ? _reports : _mail).Enqueue(one);

    public T? Dequeue() => Dequeue(IsReportNext);

    /// <summary>The next of the reports, or of the others.</summary>
    public T? Dequeue(bool isReport)
    {
        Queue<T> line = isReport ? _reports : _mail;
        Trim(line);
        if (!line.TryDequeue(out T? one))
            return null;
        _turn = isReport ? 0 : Math.Min(_turn + 1, ReportTurn - 1);
        return one;
    }

    private void Trim(Queue<T> line)
    {
        while (line.TryPeek(out T? first) && !stillWaits(first))
            line.Dequeue();
    }
}
