namespace MailModule.Engine.Retrieving;

/// <summary>
/// Looks at mailboxes elsewhere that wait for their turn: so many at once, so many of one host, and one of a mailbox.
/// In their order, but none waits for a host that is not its own. For a thread that holds its owner's lock.
/// </summary>
/// <param name="most">At once, all together.</param>
/// <param name="mostOfHost">Of one host.</param>
internal sealed class FetchLine(Func<int> most, Func<int> mostOfHost)
{
    private readonly LinkedList<FetchLook> _waiting = new();
    private readonly HashSet<FetchLook> _running = [];
    private readonly HashSet<string> _mailboxes = [];
    private readonly Dictionary<string, int> _byHost = [];

    /// <summary>Those under way and those that wait.</summary>
    public IEnumerable<FetchLook> All => _running.Concat(_waiting);

    public int Running => _running.Count;

    public void Add(FetchLook look) => _waiting.AddLast(look);

    /// <summary>Takes those whose turn has come.</summary>
    public List<FetchLook> TakeReady()
    {
        var ready = new List<FetchLook>();
        for (LinkedListNode<FetchLook>? node = _waiting.First, next; node is not null; node = next)
        {
            if (_running.Count >= most())
                break;
            next = node.Next;
            if (!MayRun(node.Value.Mailbox))
                continue;
            _waiting.Remove(node);
            Begin(node.Value);
            ready.Add(node.Value);
        }
        return ready;
    }

    /// <summary>One that was taken is over.</summary>
    public void End(FetchLook look)
    {
        OutsideMailbox mailbox = look.Mailbox;
        _running.Remove(look);
        _mailboxes.Remove(mailbox.Key);
        if (--_byHost[mailbox.HostKey] == 0)
            _byHost.Remove(mailbox.HostKey);
    }

    /// <summary>Takes one out that waits; false: it does not.</summary>
    public bool Remove(FetchLook look) => _waiting.Remove(look);

    private bool MayRun(OutsideMailbox mailbox)
        => !_mailboxes.Contains(mailbox.Key) && _byHost.GetValueOrDefault(mailbox.HostKey) < mostOfHost();

    private void Begin(FetchLook look)
    {
        _running.Add(look);
        _mailboxes.Add(look.Mailbox.Key);
        _byHost[look.Mailbox.HostKey] = _byHost.GetValueOrDefault(look.Mailbox.HostKey) + 1;
    }
}
