using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MailModule.Mailbox;
using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// The messages of a mailbox that a host has, as it tells them: number, size, unique id, and what it keeps with each.
/// Any thread while they are told; who reads them comes behind <see cref="Seal"/>.
/// </summary>
/// <param name="tryHold">Counts memory of the session; false: there is none for more.</param>
internal sealed class HostMessageList(Func<long, bool> tryHold) : IMessageList
{
    /// <summary>Longest unique id (RFC 1939 §7).</summary>
    public const int MostIdOctets = 70;

    /// <summary>Memory is counted for so many messages at once.</summary>
    private const int HeldAtOnce = 1024;

    // size, place of the id, the host's data; what tells ids apart while the list grows
    private const int OctetsOfMessage = 3 * sizeof(long) + 48;

    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly List<byte> _ids = [];
    private HashSet<UInt128>? _known = [];
    private int _held;

    public int Count => _entries.Count;

    public long TotalSize { get; private set; }

    public long Size(int index) => _entries[index].Octets;

    public nint Data(int index) => _entries[index].Data;

    public int UniqueId(int index, Span<byte> destination)
    {
        int begin = index == 0 ? 0 : _entries[index - 1].IdEnd;
        ReadOnlySpan<byte> id = CollectionsMarshal.AsSpan(_ids)[begin.._entries[index].IdEnd];
        id.CopyTo(destination);
        return id.Length;
    }

    /// <summary>One more message. <see cref="Fault.State"/> behind <see cref="Seal"/>.</summary>
    public Fault Add(long octets, string id, nint data)
    {
        if (octets < 0)
            return FaultReason.Because(Fault.Argument, "octets: below 0");
        // RFC 1939 §7
        if (id.Length is 0 or > MostIdOctets || id.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return FaultReason.Because(Fault.Argument, "id: 1 to 70 characters from 0x21 to 0x7E");
        lock (_lock)
        {
            if (_known is null)
                return FaultReason.Because(Fault.State, "the mailbox is open already");
            if (octets > long.MaxValue - TotalSize)
                return FaultReason.Because(Fault.Argument, "octets: more than can be counted in all");
            Span<byte> octetsOfId = stackalloc byte[MostIdOctets];
            octetsOfId = octetsOfId[..Encoding.ASCII.GetBytes(id, octetsOfId)];
            if (_known.Contains(Digest(octetsOfId)))
                return FaultReason.Because(Fault.Argument, $"id: {id} is another message's");
            if (!TryHoldOneMore(id.Length))
                return FaultReason.Because(Fault.Limit, "no memory for more messages is given to one session");
            _known.Add(Digest(octetsOfId));
            _ids.AddRange(octetsOfId);
            _entries.Add(new Entry(octets, data, _ids.Count));
            TotalSize += octets;
            return Fault.None;
        }
    }

    /// <summary>All messages have been told.</summary>
    public void Seal()
    {
        lock (_lock)
            _known = null;
    }

    private static UInt128 Digest(ReadOnlySpan<byte> id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(id, hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    private bool TryHoldOneMore(int idOctets)
    {
        if (_entries.Count == int.MaxValue || _ids.Count > Array.MaxLength - MostIdOctets)
            return false;
        if (_entries.Count < _held)
            return true;
        if (!tryHold((long)(_held + HeldAtOnce) * OctetsOfMessage + _ids.Count + idOctets))
            return false;
        _held += HeldAtOnce;
        return true;
    }

    private readonly record struct Entry(long Octets, nint Data, int IdEnd);
}
