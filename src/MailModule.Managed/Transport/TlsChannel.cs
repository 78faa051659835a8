using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// TLS over one connection: the platform's state machine, with this class as the stream below it. Records read from the
/// socket are worked on by the workers, never by the I/O thread (a handshake costs about a millisecond). Records to
/// send are only gathered here; the connection's owner takes them. Reads of no octets wait for the peer, so that an
/// idle session holds no buffer.
/// </summary>
internal sealed class TlsChannel : Stream
{
    private const int ReadSize = 32 * 1024;
    private readonly Socket _socket;
    private readonly Workers _workers;
    private readonly Action _recordsWait;
    private readonly SslStream _ssl;
    private readonly Lock _lock = new();
    private PooledBuffer _records;
    private PooledBuffer _receivedBefore;
    private byte[]? _octets;
    private CertificateCheck? _certificateCheck;

    /// <param name="receivedBefore">What the socket had given before the handshake began; the channel's from now
    /// on.</param>
    /// <param name="recordsWait">Called on any thread when the TLS layer has something to send of its own
    /// accord.</param>
    public TlsChannel(Socket socket, Workers workers, PooledBuffer receivedBefore, Action recordsWait)
    {
        _socket = socket;
        _workers = workers;
        _receivedBefore = receivedBefore;
        _recordsWait = recordsWait;
        _ssl = new SslStream(this, leaveInnerStreamOpen: true);
    }

    /// <summary>How the handshake or the last read failed; null if it did not.</summary>
    public Exception? Failure { get; private set; }

    public string Description { get; private set; } = "";

    /// <summary>As a client: the peer's certificate bears its name, and is good.</summary>
    public bool IsPeerVerified => _certificateCheck is { IsValid: true };

    /// <summary><see cref="Failure"/> in words.</summary>
    public string FailureText
        => _certificateCheck is { IsRefused: true }
            ? _certificateCheck.Problem
            : Failure is null ? "" : TlsExceptions.Describe(Failure);

    /// <summary>What the last read gave; empty at the end of the stream.</summary>
    public ReadOnlySpan<byte> Received => new(_octets, 0, Count);

    public int Count { get; private set; }

    /// <summary>Runs the handshake on a worker; calls <paramref name="done"/> on whichever thread ends it.</summary>
    public void Handshake(TlsServerSettings? server, TlsClientSettings? client, Action done)
        => _workers.Run(new Job(() => _ = HandshakeAsync(server, client, done)));

    /// <summary>
    /// Reads once; calls <paramref name="done"/> when <see cref="Received"/> or <see cref="Failure"/> is there, perhaps
    /// before this returns.
    /// </summary>
    public void BeginRead(Action done) => _ = ReadOnceAsync(done);

    public void ReturnReceived()
    {
        byte[]? octets = _octets;
        _octets = null;
        Count = 0;
        if (octets is not null)
            ArrayPool<byte>.Shared.Return(octets);
    }

    /// <summary>
    /// Encrypts; the records are then in <see cref="DetachRecords"/>. False if the TLS layer cannot write any more.
    /// </summary>
    public bool Encrypt(ReadOnlySpan<byte> octets)
    {
        try
        {
            _ssl.Write(octets);
            return true;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            Failure = e;
            return false;
        }
    }

    /// <summary>Tells the peer that no more comes (close_notify).</summary>
    public void SendCloseNotify()
    {
        try
        {
            _ = _ssl.ShutdownAsync(); // ends at once: the stream below never waits for the network
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            Failure = e;
        }
    }

    /// <summary>Moves the records that wait for being sent.</summary>
    public PooledBuffer DetachRecords()
    {
        lock (_lock)
        {
            PooledBuffer taken = _records;
            _records = default;
            return taken;
        }
    }

    /// <summary>Gives everything back; when no read or handshake is under way.</summary>
    public void DisposeBuffers()
    {
        ReturnReceived();
        DetachRecords().Clear();
        _receivedBefore.Clear();
        _ssl.Dispose();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
            _records.Append(buffer);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        _recordsWait();
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_receivedBefore.Length > 0)
            return ReadReceivedBefore(buffer.Span);
        int count = await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        await new SwitchToWorker(_workers);
        return count;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    private async Task HandshakeAsync(TlsServerSettings? server, TlsClientSettings? client, Action done)
    {
        try
        {
            if (server is not null)
                await _ssl.AuthenticateAsServerAsync(server.Options).ConfigureAwait(false);
            else
                await _ssl.AuthenticateAsClientAsync(client!.CreateOptions(_certificateCheck = client.CreateCheck()))
                    .ConfigureAwait(false);
            Description = $"{VersionName()} with cipher {_ssl.NegotiatedCipherSuite}";
        }
        catch (Exception e)
        {
            Failure = e;
        }
        done();
    }

    private async Task ReadOnceAsync(Action done)
    {
        try
        {
            await _ssl.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            _octets = ArrayPool<byte>.Shared.Rent(ReadSize);
            Count = await _ssl.ReadAsync(_octets).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Failure = e;
            Count = 0;
        }
        done();
    }

    private int ReadReceivedBefore(Span<byte> target)
    {
        int count = Math.Min(target.Length, _receivedBefore.Length);
        _receivedBefore.Span[..count].CopyTo(target);
        _receivedBefore.Consume(count);
        return count;
    }

    private string VersionName() => _ssl.SslProtocol switch
    {
        SslProtocols.Tls13 => "TLSv1.3",
        SslProtocols.Tls12 => "TLSv1.2",
        var other => other.ToString(),
    };

    private sealed class Job(Action action) : IJob
    {
        public void Run()
        {
            Signals.BlockPipe();
            action();
        }
    }

    /// <summary>Runs the rest of an async method on a worker, if the current thread is none.</summary>
    private readonly struct SwitchToWorker(Workers workers) : ICriticalNotifyCompletion
    {
        public SwitchToWorker GetAwaiter() => this;
        public bool IsCompleted => Workers.IsCurrent;
        public void OnCompleted(Action continuation) => workers.Run(new Job(continuation));
        public void UnsafeOnCompleted(Action continuation) => workers.Run(new Job(continuation));
        public void GetResult()
        {
        }
    }
}
