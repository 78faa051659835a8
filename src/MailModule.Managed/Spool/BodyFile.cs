using System.Buffers;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Spool;

/// <summary>
/// The body of one large message on its way to its file. The receiving thread hands over full chunks and is told to
/// wait when the disk is behind; one worker at a time writes them, and at the end makes the file and its name durable.
/// </summary>
internal sealed class BodyFile(BodyFolder folder, FreeSpace space, string id, long promised,
    Action<Fault> finished) : IJob
{
    public const int ChunkSize = 64 * 1024;
    private const int MostChunks = 4;
    private const int FewChunks = 1;

    private readonly Lock _lock = new();
    private readonly Queue<(byte[] Octets, int Length)> _chunks = new();
    private int _waiting;
    private Action? _resume;
    private bool _isRunning;
    private bool _isFinishing;
    private bool _isDiscarded;
    private ReservedHeader? _reserved;

    // The worker's own.
    private readonly BodyHandle _file = new(folder, id);
    private long _promised = promised;
    private Fault _fault;
    private ContentScan _scan;

    /// <summary>Of all that was written, once it is finished.</summary>
    public ContentTraits Traits => _scan.Traits;

    /// <summary>Octets of memory that wait for the disk.</summary>
    public long Held => (long)Volatile.Read(ref _waiting) * ChunkSize;

    /// <summary>Takes a rented chunk over.</summary>
    public void Append(byte[] octets, int length)
    {
        lock (_lock)
        {
            _chunks.Enqueue((octets, length));
            _waiting = _chunks.Count;
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

    /// <summary>
    /// Returns when all that was handed over is in the file; false: it could not be written. Blocks: workers only.
    /// </summary>
    public bool WaitUntilWritten()
    {
        var progress = new ManualResetEventSlim();
        while (true)
        {
            lock (_lock)
            {
                if (!_isRunning)
                    return _fault == Fault.None;
                progress.Reset();
                Action? before = _resume;
                _resume = () =>
                {
                    before?.Invoke();
                    progress.Set();
                };
            }
            progress.Wait();
        }
    }

    /// <inheritdoc cref="BodyHandle.OpenRead"/>
    public Stream OpenRead(long start, long end) => _file.OpenRead(start, end);

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
                _waiting = _chunks.Count;
                if (_chunks.Count <= FewChunks)
                    (resume, _resume) = (_resume, null);
                return true;
            }
            isEnd = _isFinishing || _isDiscarded;
            // After the end it stays "running", so that nothing starts it again.
            _isRunning = isEnd;
            (resume, _resume) = (_resume, null);
        }
        resume?.Invoke();
        if (isEnd)
            End();
        return false;
    }

    private Fault Write(ReadOnlySpan<byte> octets)
    {
        _scan.Add(octets);
        return TryKeepPromise(octets.Length) ? _file.Append(octets) : Fault.Full;
    }

    // What was put in front has its place in the file already: it needs no space.
    private Fault Finish()
    {
        byte[] octets = _reserved is null ? [] : new byte[_reserved.Size];
        _reserved?.FillForFile(octets);
        _scan.Add(octets);
        Fault fault = _file.Finish(octets, _reserved?.At ?? 0);
        return fault == Fault.None ? folder.Sync() : fault;
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
            _fault = Finish();
        _file.Close(isKept: isWanted && _fault == Fault.None);
        space.Release(_promised);
        if (isWanted)
            finished(_fault);
    }
}
