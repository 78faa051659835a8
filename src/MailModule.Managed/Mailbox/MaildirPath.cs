using System.Text;

namespace MailModule.Mailbox;

/// <summary>
/// Builds the octets of a path below a Maildir in memory of the caller's, ending with NUL as the operating system wants
/// it.
/// </summary>
internal ref struct MaildirPath
{
    /// <summary>Room that every path within the system's limit (PATH_MAX) has.</summary>
    public const int Room = 4096;

    private readonly Span<byte> _room;
    private int _length;

    private MaildirPath(Span<byte> room) => _room = room;

    public readonly ReadOnlySpan<byte> Octets => _room[..(_length + 1)];

    public static MaildirPath Below(string home, ReadOnlySpan<byte> folder, ReadOnlySpan<byte> name, Span<byte> room)
    {
        var path = new MaildirPath(room);
        path._length = Encoding.UTF8.TryGetBytes(home, room, out int written) ? written : room.Length;
        path.Append("/Maildir"u8);
        path.Append(folder);
        path.Append(name);
        path.End();
        return path;
    }

    public static MaildirPath Of(string file, Span<byte> room)
    {
        var path = new MaildirPath(room);
        path._length = Encoding.UTF8.TryGetBytes(file, room, out int written) ? written : room.Length;
        path.End();
        return path;
    }

    private void Append(ReadOnlySpan<byte> octets)
    {
        if (_length + octets.Length >= _room.Length)
        {
            _length = _room.Length;
            return;
        }
        octets.CopyTo(_room[_length..]);
        _length += octets.Length;
    }

    // A path that does not fit becomes the empty one, which the system refuses with "no such entry" and never takes for
    // another.
    private void End()
    {
        if (_length >= _room.Length)
            _length = 0;
        _room[_length] = 0;
    }
}
