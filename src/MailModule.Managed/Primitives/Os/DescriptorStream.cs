namespace MailModule.Primitives.Os;

/// <summary>
/// An open file of somebody else's, a message say, read once from front to back: no buffer, no call beyond open, read
/// and close. It ends where the file ended when it was opened, whatever somebody writes to it meanwhile; where somebody
/// cuts it before that, the reading fails, for a part is not the whole.
/// </summary>
internal sealed class DescriptorStream(FileCalls calls, int descriptor, long length) : ReadOnlyStream
{
    private int _descriptor = descriptor;
    private long _left = length;

    public override int Read(Span<byte> buffer)
    {
        if (_left <= 0 || buffer.IsEmpty)
            return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, _left)];
        int count = calls.Read(_descriptor, buffer);
        if (count < 0)
            throw ExceptionWords.Unreadable(SystemFault.WordsOf(-count));
        if (count == 0)
            throw new IOException("a message has become shorter while it was read");
        _left -= count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0)
            calls.Close(descriptor);
        base.Dispose(disposing);
    }
}
