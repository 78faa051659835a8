using MailModule.Transport;

namespace MailModule.Tests.Support;

/// <summary>The end of a link that a test holds, as a blocking stream.</summary>
internal sealed class LinkStream : Stream, ILinkOwner
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private readonly ILink _link;
    private readonly byte[] _received = new byte[ILink.LeastRoom];
    private readonly AutoResetEvent _input = new(false);
    private readonly AutoResetEvent _room = new(false);
    private ReadOnlyMemory<byte> _left;

    public LinkStream(ILink link)
    {
        _link = link;
        Assert.True(link.TryBegin(this));
    }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void OnBegun()
    {
    }

    public void OnInput() => _input.Set();
    public void OnRoom() => _room.Set();

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (_left.IsEmpty)
        {
            if (!_link.AwaitInput())
                Assert.True(_input.WaitOne(Long), "no input");
            Transfer received = _link.Receive(_received);
            if (received.State == TransferState.Ended)
                return 0;
            if (received.State == TransferState.Failed)
                throw new IOException(_link.Failure);
            _left = _received.AsMemory(0, received.Count);
        }
        int taken = Math.Min(count, _left.Length);
        _left.Span[..taken].CopyTo(buffer.AsSpan(offset));
        _left = _left[taken..];
        return taken;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ReadOnlySpan<byte> left = buffer.AsSpan(offset, count);
        while (!left.IsEmpty)
        {
            Transfer sent = _link.Send(left);
            if (sent.State == TransferState.Failed)
                throw new IOException(_link.Failure);
            left = left[sent.Count..];
            if (!left.IsEmpty)
                Assert.True(_room.WaitOne(Long), "no room");
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _link.Close();
        base.Dispose(disposing);
    }
}
