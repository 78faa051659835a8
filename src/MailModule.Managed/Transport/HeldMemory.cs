using System.Net;

namespace MailModule.Transport;

/// <summary>
/// What one session holds of the <see cref="SessionMemory"/>: nothing for the base that each has, beyond it in steps,
/// so that a session with a small message never asks. The owner's.
/// </summary>
internal struct HeldMemory
{
    /// <summary>Octets that are not counted.</summary>
    public const int Base = 16 * 1024;

    private const int Step = 16 * 1024;

    private SessionMemory? _memory;
    private IPAddress? _address;
    private bool _isExempt;
    private long _ofSession;
    private long _ofConnection;
    private long _counted;

    /// <param name="memory">What is counted in.</param>
    /// <param name="address">The peer's.</param>
    /// <param name="isExempt">It may have more than a share.</param>
    public void Begin(SessionMemory memory, IPAddress address, bool isExempt)
        => (_memory, _address, _isExempt) = (memory, address, isExempt);

    /// <inheritdoc cref="IPeer.TryHold"/>
    public bool TryHold(long octets)
    {
        long more = Counted(octets + _ofConnection) - _counted;
        if (more > 0 && _memory is not null && !_memory.TryTake(_address!, more, _isExempt))
            return false;
        _ofSession = octets;
        Settle(more, isTaken: more > 0);
        return true;
    }

    /// <summary>The connection's own buffers have so many octets: they are there, and bounded, so they count only.
    /// </summary>
    public void HoldBuffers(int octets)
    {
        if (octets == _ofConnection)
            return;
        _ofConnection = octets;
        Settle(Counted(_ofSession + octets) - _counted, isTaken: false);
    }

    /// <summary>Nothing is held any more.</summary>
    public void End()
    {
        TryHold(0);
        HoldBuffers(0);
    }

    private void Settle(long more, bool isTaken)
    {
        _counted += more;
        if (more != 0 && !isTaken)
            _memory?.Take(_address!, more);
    }

    private static long Counted(long octets) => octets <= Base ? 0 : (octets + Step - 1) / Step * Step;
}
