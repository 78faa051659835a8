using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// A message's file, read once from front to back: no buffer, no call beyond open, read and close. A piece shorter than
/// asked for is the last one, as a message's file never grows.
/// </summary>
internal sealed class MaildirStream(FileCalls calls, int descriptor) : ReadOnlyStream
{
    private int _descriptor = descriptor;
    private bool _atEnd;

    public override int Read(Span<byte> buffer)
    {
        if (_atEnd || buffer.IsEmpty)
            return 0;
        int count = calls.Read(_descriptor, buffer);
        if (count < 0)
            throw new IOException($"reading a message failed (error {-count})");
        _atEnd = count < buffer.Length;
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
