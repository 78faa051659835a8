using System.Buffers;

namespace MailModule.Engine.Serving;

/// <summary>
/// Buffers for messages read ahead, one bound for all sessions together: a session that gets none works without. When
/// all are rented, the session that has held its buffer longest loses it if it has not used it in time. Any thread.
/// </summary>
/// <param name="most">Buffers rented at once.</param>
internal sealed class ReadAheadBuffers(int most = 64)
{
    public const int BufferSize = 128 * 1024;

    private readonly Lock _lock = new();
    private readonly List<RetrReadAhead> _holders = [];

    /// <summary>Buffers rented now.</summary>
    public int Rented
    {
        get
        {
            lock (_lock)
                return _holders.Count;
        }
    }

    /// <summary>A buffer of <see cref="BufferSize"/>, or null when all are rented and in use.</summary>
    public byte[]? Rent(RetrReadAhead holder)
    {
        byte[]? buffer = null;
        lock (_lock)
        {
            if (_holders.Count >= most)
            {
                buffer = _holders[0].DetachIfStale();
                if (buffer is null)
                    return null;
                _holders.RemoveAt(0);
            }
            _holders.Add(holder);
        }
        return buffer ?? ArrayPool<byte>.Shared.Rent(BufferSize);
    }

    public void Return(RetrReadAhead holder, byte[] buffer)
    {
        lock (_lock)
            _holders.Remove(holder);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
