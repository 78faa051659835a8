using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// How a connection comes to its end, and why. Belongs to the owner; the flags may be read by any thread.
/// </summary>
internal struct Ending
{
    private const int LingerLimit = 1024 * 1024;
    private int _lingerCount;
    private volatile bool _isLost;
    private volatile bool _isAborted;

    /// <summary>Why it ended though the session had not asked for it.</summary>
    public Fault Fault { get; set; }

    public string? Text { get; private set; }

    /// <summary>The peer sends no more.</summary>
    public bool IsInputEnded { get; set; }

    /// <summary>What the peer has sent by then is still wanted, though nothing can be sent any more.</summary>
    public bool ReadsAfterSendFailure { get; set; }

    /// <summary>The session has asked for the end.</summary>
    public bool IsAskedFor { get; set; }

    /// <summary>Nothing can be sent any more.</summary>
    public readonly bool IsLost => _isLost;

    public readonly bool IsAborted => _isAborted;

    public void Abort() => _isAborted = true;

    public void Lose(Fault fault, string? text)
    {
        _isLost = true;
        if (IsAskedFor || Fault != Fault.None)
            return;
        Fault = CancelledOr(fault);
        Text = text;
    }

    public void EndInput()
    {
        if (Fault == Fault.None)
            Fault = CancelledOr(Fault.Closed);
    }

    /// <summary>Octets that are thrown away; false: these are too many.</summary>
    public bool TryLinger(int count) => (_lingerCount += count) <= LingerLimit;

    // An abort shuts the link down; the error that this causes is not the peer's.
    private readonly Fault CancelledOr(Fault fault) => _isAborted ? Fault.Cancelled : fault;
}
