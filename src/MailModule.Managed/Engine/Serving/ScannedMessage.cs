using System.Buffers;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// A message under way once more, in a file of mode 0600, for programs that scan it. Appended to by the session's
/// owner, one thread at a time; files are touched on workers alone, one at a time, and not once it is discarded.
/// </summary>
internal sealed class ScannedMessage(string folder, string name, Action<IJob> runJob) : IJob
{
    private const int PieceLength = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _gathered = new();
    private IDiskFile? _file;
    private Action? _resume;
    private Action? _oneTaken;
    private Fault _fault;
    private int _owed;
    private bool _isBegun;
    private bool _isDiscarded;

    public string Path { get; } = System.IO.Path.Combine(folder, name);

    public long Length { get; private set; }

    /// <summary>Octets of memory.</summary>
    public int Held => _gathered.Capacity;

    /// <summary>Takes a few fields in front of all.</summary>
    public void AppendFields(ReadOnlySpan<byte> fields) => _gathered.Write(fields);

    /// <summary>Appends to the message itself and to the copy. False: both have taken it, but want no more until
    /// <paramref name="resume"/> is run, from a worker, once.</summary>
    public bool Append(ArrivingMessage message, ReadOnlySpan<byte> content, Action resume)
    {
        _resume = resume;
        _oneTaken ??= OneTaken;
        Volatile.Write(ref _owed, 3); // the message, the copy, and this call
        if (message.Append(content, _oneTaken))
            Interlocked.Decrement(ref _owed);
        if (Gather(content))
            Interlocked.Decrement(ref _owed);
        return Interlocked.Decrement(ref _owed) == 0;
    }

    /// <summary>Appends to the copy alone, which is written at once. Workers only.</summary>
    public void AppendNow(ReadOnlySpan<byte> content)
    {
        _isBegun = true;
        _gathered.Write(content);
        if (_gathered.WrittenCount >= PieceLength)
            Write();
    }

    /// <summary>Writes what has gathered.</summary>
    public void Run()
    {
        Write();
        OneTaken();
    }

    /// <summary>Writes the rest: the file is whole then. Workers only.</summary>
    public Fault Finish()
    {
        _isBegun = true;
        Write();
        _file?.Dispose();
        _file = null;
        return _fault;
    }

    /// <summary>The file goes, if there is one.</summary>
    public void Discard()
    {
        if (_isBegun)
            runJob(new BeginningJob(Remove));
    }

    private bool Gather(ReadOnlySpan<byte> content)
    {
        _gathered.Write(content);
        if (_gathered.WrittenCount < PieceLength)
            return true;
        _isBegun = true;
        runJob(this);
        return false;
    }

    private void OneTaken()
    {
        if (Interlocked.Decrement(ref _owed) == 0)
            _resume!();
    }

    private Task Remove()
    {
        lock (_lock)
        {
            _isDiscarded = true;
            _file?.Dispose();
            _file = null;
            Disk.Real.Unlink(Path);
        }
        return Task.CompletedTask;
    }

    private void Write()
    {
        lock (_lock)
        {
            if (_isDiscarded)
                return;
            if (_fault == Fault.None && _file is null)
                _fault = Disk.Real.CreateIn(folder, System.IO.Path.GetFileName(Path), out _file);
            if (_fault == Fault.None)
                _fault = _file!.Write(_gathered.WrittenSpan, Length);
            Length += _gathered.WrittenCount;
            _gathered.ResetWrittenCount();
        }
    }
}
