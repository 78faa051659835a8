using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Spool;

/// <summary>
/// The file of a body that is being received, and its descriptor. Where as many files as may be are open, this one is
/// open only while something is written: so nobody who holds many messages back keeps others from sending theirs. A
/// sync makes durable what earlier descriptors wrote, and tells of their failures, for nobody else has asked. Workers
/// only, one at a time.
/// </summary>
internal sealed class BodyHandle(BodyFolder folder, string id)
{
    private IDiskFile? _file;
    private long _written;
    private bool _isCreated;
    private bool _staysOpen;

    /// <summary>Writes behind what is there.</summary>
    public Fault Append(ReadOnlySpan<byte> octets)
    {
        Fault fault = Open();
        if (fault != Fault.None)
            return fault;
        fault = _file!.Write(octets, _written);
        _written += octets.Length;
        if (!_staysOpen)
            CloseFile();
        return fault;
    }

    /// <summary>Writes over what is there, and makes the file durable, not its name.</summary>
    /// <param name="octets">None: nothing is written over.</param>
    /// <param name="at">Where they begin.</param>
    public Fault Finish(ReadOnlySpan<byte> octets, long at)
    {
        Fault fault = Open();
        if (fault == Fault.None && !octets.IsEmpty)
            fault = _file!.Write(octets, at);
        return fault == Fault.None ? _file!.Sync() : fault;
    }

    /// <summary>Reads what is there, on a descriptor of its own.</summary>
    /// <param name="end">Octets of the file that are written.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public Stream OpenRead(long start, long end)
    {
        Fault fault = folder.Open(id, out IDiskFile file);
        return fault == Fault.None
            ? new BodyStream(file, end, start)
            : throw ExceptionWords.Unreadable($"a message body cannot be opened: {SystemFault.Describe(fault)}");
    }

    /// <param name="isKept">False: the file goes.</param>
    public void Close(bool isKept)
    {
        CloseFile();
        if (_staysOpen)
            folder.GiveBackOpen();
        if (_isCreated && !isKept)
            folder.Remove(id);
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

    private void CloseFile()
    {
        _file?.Dispose();
        _file = null;
    }
}
