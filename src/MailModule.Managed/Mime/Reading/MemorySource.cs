using System.Runtime.InteropServices;

namespace MailModule.Mime.Reading;

/// <summary>
/// A message in memory that is no array, so that it may be larger than one: a copy, or the host's own.
/// </summary>
public sealed unsafe class MemorySource : MessageSource
{
    private readonly byte* _octets;
    private readonly bool _isCopy;
    private bool _isEnded;

    /// <param name="copies">Else the octets must stay as they are until the end.</param>
    public MemorySource(nint octets, nuint length, bool copies)
    {
        Length = (long)length;
        _isCopy = copies;
        _octets = (byte*)octets;
        if (!copies)
            return;
        _octets = (byte*)NativeMemory.Alloc(Math.Max(1, length));
        NativeMemory.Copy((void*)octets, _octets, length);
    }

    ~MemorySource() => End();

    public override long Length { get; }

    public override int Read(long offset, Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_isEnded, this);
        int count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        new ReadOnlySpan<byte>(_octets + offset, count).CopyTo(buffer);
        return count;
    }

    public override void Dispose()
    {
        End();
        GC.SuppressFinalize(this);
    }

    private void End()
    {
        if (_isCopy && !_isEnded)
            NativeMemory.Free(_octets);
        _isEnded = true;
    }
}
