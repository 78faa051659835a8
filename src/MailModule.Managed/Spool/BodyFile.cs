using System.Buffers;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Spool;

/// <summary>
/// The body of one large message on its way to its file. The receiving thread hands over full chunks and is told to
/// wait when the disk is behind; one worker at a time writes them, and at the end makes the file and its name durable.
/// </summary>
/// <remarks>
/// Where as many files as may be are open, this one is open only while something is written: so nobody who holds many
/// messages back keeps others from sending theirs. A sync makes durable what earlier descriptors wrote, and tells of
/// their failures, for nobody else has asked.
/// </remarks>
internal sealed class BodyFile(BodyFolder folder, FreeSpace space, string id, long promised,
    Action<Fault> finished) : IJob
{
    public const int ChunkSize = 64 * 1024;
    private const int MostChunks = 4;
    private const int FewChunks = 1;

    private readonly Lock _lock = new();
    private readonly Queue<(byte[] Octets, int Length)> _chunks = new();
    private Action? _resume;
    private bool _isRunning;
    private bool _isFinishing;
    private bool _isDiscarded;
    private ReservedHeader? _reserved;

    // The worker's own.
    private IDiskFile? _file;
    private bool _isCreated;
    private bool _staysOpen;
    private long _written;
    private long _promised = promised;
    private Fault _fault;

    /// <summary>Takes a rented chunk over.</summary>
    public void Append(byte[] octets, int length)
    {
        lock (_lock)
        {
            _chunks.Enqueue((octets, length));
            Start();
        }
    }

    /// <summary>False if the disk is behind: then <paramref name="resume"/> will be run, once, when it has caught
    /// up.</summary>
    public bool MayContinue(Action resume)
    {
        lock (_lock)
        {
            bool isBehind = _chunks.Count >= MostChunks;
            if (isBehind)
                _resume = resume;
            return !isBehind;
        }
    }

    /// <param name="reserved">Written once more before the sync, if it must be.</param>
    public void Finish(ReservedHeader? reserved)
    {
        lock (_lock)
        {
            _isFinishing = true;
            _reserved = reserved is { IsStale: true } ? reserved : null;
            Start();
        }
    }

    public void Discard()
    {
        lock (_lock)
        {
            _isDiscarded = true;
            Start();
        }
    }

    public void Run()
    {
        while (TryDequeueChunk(out byte[] octets, out int length, out Action? resume))
        {
            if (_fault == Fault.None && !_isDiscarded)
                _fault = Write(octets.AsSpan(0, length));
            ArrayPool<byte>.Shared.Return(octets);
            resume?.Invoke();
        }
    }

    // Called under the lock; the work itself may already run before this returns, if work is run at once.
    private void Start()
    {
        if (_isRunning)
            return;
        _isRunning = true;
        folder.RunJob(this);
    }

    private bool TryDequeueChunk(out byte[] octets, out int length, out Action? resume)
    {
        (octets, length, resume) = ([], 0, null);
        bool isEnd;
        lock (_lock)
        {
            if (_chunks.Count > 0)
            {
                (octets, length) = _chunks.Dequeue();
                if (_chunks.Count <= FewChunks)
                    (resume, _resume) = (_resume, null);
                return true;
            }
            isEnd = _isFinishing || _isDiscarded;
            // After the end it stays "running", so that nothing starts it again.
            _isRunning = isEnd;
        }
        if (isEnd)
            End();
        return false;
    }

    private Fault Write(ReadOnlySpan<byte> octets)
    {
        if (!TryKeepPromise(octets.Length))
            return Fault.Full;
        Fault fault = Open();
        if (fault != Fault.None)
            return fault;
        fault = _file!.Write(octets, _written);
        _written += octets.Length;
        if (!_staysOpen)
            Close();
        return fault;
    }

    private Fault Open()
    {
        if (_file is not null)
            return Fault.None;
        _staysOpen = _staysOpen || folder.TryKeepOpen();
        Fault fault = _isCreated ? folder.Open(id, out IDiskFile file) : folder.Create(id, out file);
        if (fault != Fault.None)
            return fault;
        _isCreated = true;
        _file = file;
        return Fault.None;
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    // The file has that place already: it needs no space.
    private Fault WriteReserved(ReservedHeader reserved)
    {
        byte[] octets = new byte[reserved.Size];
        reserved.FillForFile(octets);
        return _file!.Write(octets, reserved.At);
    }

    // What was promised is given back as it is used; what comes beyond it must fit beside what others were promised.
    private bool TryKeepPromise(long octets)
    {
        long kept = Math.Min(octets, _promised);
        _promised -= kept;
        space.Release(kept);
        if (kept == octets)
            return true;
        bool fits = space.TryPromise(octets - kept);
        if (fits)
            space.Release(octets - kept);
        return fits;
    }

    private void End()
    {
        bool isWanted = _isFinishing && !_isDiscarded;
        if (isWanted && _fault == Fault.None)
            _fault = Open();
        if (isWanted && _fault == Fault.None && _reserved is { } reserved)
            _fault = WriteReserved(reserved);
        if (isWanted && _fault == Fault.None)
            _fault = _file!.Sync();
        if (isWanted && _fault == Fault.None)
            _fault = folder.Sync();
        Close();
        space.Release(_promised);
        if (_staysOpen)
            folder.GiveBackOpen();
        if (_isCreated && (!isWanted || _fault != Fault.None))
            folder.Remove(id);
        if (isWanted)
            finished(_fault);
    }
}
