using System.Buffers;
using System.Net.Sockets;

namespace MailModule.Transport;

/// <summary>
/// The armed receive of a plain connection. Its own buffer is just large enough for commands and small messages; while
/// a peer sends in bulk a large one is borrowed, so that a big message needs few system calls.
/// </summary>
internal sealed class Receiver(Connection connection) : SocketAsyncEventArgs(true)
{
    public const int SmallSize = 1280;
    private const int LargeSize = 64 * 1024;
    private readonly byte[] _small = GC.AllocateUninitializedArray<byte>(SmallSize);
    private byte[]? _large;

    /// <summary>What the last receive gave; empty at the end of the stream and on an error.</summary>
    public ReadOnlySpan<byte> Received => new(Buffer, 0, SocketError == SocketError.Success ? BytesTransferred : 0);

    public bool IsFull => BytesTransferred == Count;

    public bool IsBulk => BytesTransferred >= SmallSize;

    /// <summary>True if it ended at once.</summary>
    public bool Begin(Socket socket, bool large)
    {
        if (large)
            SetBuffer(_large ??= ArrayPool<byte>.Shared.Rent(LargeSize));
        else
            UseSmall();
        return !socket.ReceiveAsync(this);
    }

    /// <summary>When no receive is armed.</summary>
    public void DisposeBuffers()
    {
        UseSmall();
        Dispose();
    }

    protected override void OnCompleted(SocketAsyncEventArgs e) => connection.Raise(Events.Input);

    private void UseSmall()
    {
        if (Buffer != _small)
            SetBuffer(_small);
        if (_large is not { } large)
            return;
        _large = null;
        ArrayPool<byte>.Shared.Return(large);
    }

    private void SetBuffer(byte[] buffer)
    {
        if (Buffer != buffer)
            SetBuffer(buffer, 0, buffer.Length);
    }
}
