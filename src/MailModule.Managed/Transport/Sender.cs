using System.Buffers;
using System.Net.Sockets;

namespace MailModule.Transport;

/// <summary>
/// Holds what the peer has not taken yet; made for the first short write of a connection. Only the owner calls it.
/// </summary>
internal sealed class Sender(Connection connection, Socket socket) : SocketAsyncEventArgs(true)
{
    private PooledBuffer _waiting;
    private byte[]? _inFlight;

    public bool IsIdle => _inFlight is null && _waiting.Length == 0;

    public int Queued => _waiting.Length + (_inFlight is null ? 0 : Count);

    public void Queue(ReadOnlySpan<byte> octets)
    {
        _waiting.Append(octets);
        if (_inFlight is null)
            SendWaiting();
    }

    /// <summary>After <see cref="Events.Sent"/>: sends on what waits; false if the peer is gone.</summary>
    public bool Continue()
    {
        bool isSent = SocketError == SocketError.Success;
        if (isSent && BytesTransferred < Count)
        {
            SetBuffer(Offset + BytesTransferred, Count - BytesTransferred);
            Begin();
            return true;
        }
        ReturnBuffer();
        if (!isSent)
            _waiting.Clear();
        else if (_waiting.Length > 0)
            SendWaiting();
        return isSent;
    }

    /// <summary>Forgets what waits; what is leaving is given back at its <see cref="Events.Sent"/>.</summary>
    public void Discard()
    {
        _waiting.Clear();
        if (_inFlight is null)
            Dispose();
    }

    protected override void OnCompleted(SocketAsyncEventArgs e) => connection.Raise(Events.Sent);

    private void SendWaiting()
    {
        ArraySegment<byte> octets = _waiting.Detach();
        _inFlight = octets.Array;
        SetBuffer(octets.Array, octets.Offset, octets.Count);
        Begin();
    }

    private void Begin()
    {
        if (!socket.SendAsync(this))
            connection.Raise(Events.Sent);
    }

    private void ReturnBuffer()
    {
        byte[] octets = _inFlight!;
        _inFlight = null;
        SetBuffer(null, 0, 0);
        ArrayPool<byte>.Shared.Return(octets);
    }
}
