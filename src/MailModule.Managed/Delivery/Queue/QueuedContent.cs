using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Queue;

/// <summary>
/// A queued message's content for an operator, without the Return-Path line in front. A message may leave the queue,
/// and its place in the spool be written again, at any moment: what was read counts only if the message is still there
/// afterwards.
/// </summary>
/// <exception cref="IOException">From a read: the message has left the queue, or its content cannot be
/// read.</exception>
internal sealed class QueuedContent : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly Func<bool> _isHere;
    private bool _isBegun;

    public QueuedContent(Stream inner, Func<bool> isHere)
    {
        _inner = inner;
        _isHere = isHere;
    }

    public override int Read(Span<byte> buffer)
    {
        if (!_isBegun)
            SkipReturnPath();
        int count = _inner.Read(buffer);
        if (!_isHere())
            throw ExceptionWords.Unreadable("the message has left the queue");
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }

    private void SkipReturnPath()
    {
        _isBegun = true;
        ReturnPath.Skip(_inner);
    }
}
