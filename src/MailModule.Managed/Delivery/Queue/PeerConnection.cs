namespace MailModule.Delivery.Queue;

/// <summary>One connection as its peers count it, from its beginning on. Guarded by the table's lock.</summary>
/// <param name="address">The address; or the host's name, where a proxy resolves it.</param>
/// <param name="host">The host's name beside its address; else null.</param>
internal sealed class PeerConnection(Peer address, Peer? host)
{
    private bool _isOpen;

    public Peer Address => address;
    public Peer? Host => host;

    /// <summary>The host was ready for mail.</summary>
    public bool IsReady { get; private set; }

    /// <summary>It is under way, and the host is not ready.</summary>
    public bool IsOpening => _isOpen && !IsReady;

    public void Open(DateTimeOffset now)
    {
        _isOpen = true;
        address.Connect(now);
        host?.Connect(now);
    }

    public void BecomeReady()
    {
        IsReady = true;
        address.BecomeReady();
        host?.BecomeReady();
    }

    /// <summary>The peers have taken a message.</summary>
    public void Delivered()
    {
        address.Delivered();
        host?.Delivered();
    }

    /// <summary>False: it was closed already.</summary>
    public bool TryClose()
    {
        if (!_isOpen)
            return false;
        _isOpen = false;
        address.Disconnect(IsReady);
        host?.Disconnect(IsReady);
        return true;
    }
}
