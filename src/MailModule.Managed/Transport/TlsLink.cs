using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using MailModule.Primitives.Os;

namespace MailModule.Transport;

/// <summary>
/// TLS over another link. The platform's state machine does the work, over a stream in memory: so what has come is
/// decrypted where it is received, and nothing waits in the platform. A handshake costs about a millisecond, and runs
/// on workers. There is one: a peer that wants another is refused.
/// </summary>
internal sealed class TlsLink : ILink
{
    private const int PieceSize = 64 * 1024;
    private const int RecordsOfTurn = 16;
    private const int LeastOfTurn = 2 * ILink.LeastRoom;
    private const int RecordsWithoutDataLimit = 64;
    private readonly ILink _lower;
    private readonly ILinkOwner _owner;
    private readonly ITlsSettings _settings;
    private readonly TlsRecordStream _records;
    private readonly SslStream _ssl;
    private IHandshakeFindings? _findings;
    private Task? _handshake;
    private ValueTask<int> _data;
    private bool _isDataAwaited;
    private bool _isCloseNotified;

    /// <summary>
    /// How the input has ended: broken, or by the peer's close_notify, though the link below may stay open; null
    /// before.
    /// </summary>
    private Transfer? _end;
    private int _recordsWithoutData;

    /// <summary>Over a link that has begun, or will begin, for the same owner.</summary>
    /// <param name="sentBefore">What was sent in clear text and has not left yet.</param>
    /// <param name="receivedBefore">Records that have come already.</param>
    public TlsLink(
        ILink lower, ILinkOwner owner, ITlsSettings settings, PooledBuffer sentBefore,
        PooledBuffer receivedBefore = default)
    {
        _lower = lower;
        _owner = owner;
        _settings = settings;
        _records = new TlsRecordStream(sentBefore, receivedBefore);
        _ssl = new SslStream(_records, leaveInnerStreamOpen: true);
    }

    public IPEndPoint RemoteEndPoint => _lower.RemoteEndPoint;
    public IPEndPoint? LocalEndPoint => _lower.LocalEndPoint;
    public IPAddress? LocalAddress => _lower.LocalAddress;
    public nint Descriptor => _lower.Descriptor;
    public TlsSession? Tls { get; private set; }
    public string? Failure { get; private set; }

    /// <summary>The alert by which the peer has ended the handshake or the session; null: none is known.</summary>
    public int? Alert { get; private set; }

    /// <summary>What the handshake has found out about the peer's certificate; null before, and as a server.</summary>
    public CertificateCheck? Certificate => _findings as CertificateCheck;

    /// <summary>The peer's certificate, as DER; null: there is none.</summary>
    public byte[]? PeerCertificate => _ssl.RemoteCertificate?.GetRawCertData();

    public bool IsReset => _lower.IsReset;
    public bool IsFlushed => _records.Records.IsEmpty && _lower.IsFlushed;

    public long InFlight => _records.Records.Length + _lower.InFlight;

    /// <summary>What lies unread below may be the peer's close_notify, which is no reason to wait.</summary>
    public bool HasUnread => false;

    public bool TryBegin(ILinkOwner owner) => _lower.TryBegin(owner);

    public Transfer Handshake()
    {
        try
        {
            OpenSslBuffers.BeginOurs();
            return StepHandshake();
        }
        finally
        {
            OpenSslBuffers.EndOurs();
        }
    }

    public bool AwaitInput() => _end is not null || HasInput || _lower.AwaitInput();

    public Transfer Receive(Memory<byte> target)
    {
        int count = 0;
        Transfer last = Transfer.Again;
        for (int i = 0; i < RecordsOfTurn && count < LeastOfTurn && target.Length - count >= ILink.LeastRoom; i++)
        {
            if (count > 0 && (!_records.HasRecord || _records.IsAtHandshake))
                break; // the link below is asked once, and waited for; what came before a refusal is answered first
            last = ReceiveOnce(target[count..]);
            count += last.Count;
            if (last.State != TransferState.Moved)
                break;
        }
        if (!_records.Records.IsEmpty)
            SendRecords();
        return count > 0 ? Transfer.Moved(count) : last.State == TransferState.Moved ? Transfer.Again : last;
    }

    public Transfer Send(ReadOnlySpan<byte> octets)
    {
        if (!SendRecords())
            return Transfer.Failed;
        int taken = 0;
        while (taken < octets.Length && IsFlushed)
        {
            ReadOnlySpan<byte> piece = octets[taken..];
            piece = piece[..Math.Min(piece.Length, PieceSize)];
            if (!TryEncrypt(piece) || !SendRecords())
                return Transfer.Failed;
            taken += piece.Length;
        }
        return Transfer.Moved(taken);
    }

    public void NotifyClose()
    {
        if (_isCloseNotified || Tls is null)
            return;
        _isCloseNotified = true;
        try
        {
            _ = _ssl.ShutdownAsync(); // ends at once: the stream below never waits for the network
            SendRecords();
        }
        catch (Exception e)
        {
            Failure ??= TlsExceptions.Describe(e);
        }
    }

    public bool EndOutput() => false;

    public void Abort() => _lower.Abort();

    public void Close()
    {
        _records.End();
        _ = _handshake?.Exception; // its end by this is nobody's concern
        _ssl.Dispose();
        _lower.Close();
    }

    // Before the hello is whole nothing is done with its records.
    private bool HasInput
        => _settings.AwaitsHello && Tls is null && _handshake is null ? _records.HasHello : _records.HasRecord;

    private Transfer StepHandshake()
    {
        if (_handshake is null && !TryBeginHandshake())
            return Transfer.Again;
        while (!_handshake!.IsCompleted)
        {
            if (!_records.IsReading)
                return ContinueLater(_handshake);
            SendRecords();
            if (!_records.TryReceive(_lower))
                return Transfer.Again;
            _records.Continue();
        }
        SendRecords();
        Exception? failure = _handshake.Exception?.InnerException;
        _handshake = null;
        return EndHandshake(failure);
    }

    /// <summary>False: our settings depend on the client's hello, which is not there yet.</summary>
    private bool TryBeginHandshake()
    {
        while (_settings.AwaitsHello && !_records.HasHello)
        {
            SendRecords();
            if (!_records.TryReceive(_lower))
                return false;
        }
        _handshake = BeginHandshake();
        return true;
    }

    private Task BeginHandshake()
    {
        if (!OpenSsl.IsThere)
            return Task.FromException(new NoTlsException(OpenSsl.Missing));
        try
        {
            return _settings.BeginHandshake(_ssl, _records.Received, out _findings);
        }
        catch (Exception e)
        {
            return Task.FromException(e);
        }
    }

    /// <summary>The platform has left our thread, which it does on no system that we know of.</summary>
    private Transfer ContinueLater(Task handshake)
    {
        handshake.GetAwaiter().UnsafeOnCompleted(_owner.OnInput);
        return Transfer.Again;
    }

    private Transfer EndHandshake(Exception? failure)
    {
        if (failure is null)
        {
            Tls = new TlsSession(Description(), _findings is { IsPeerVerified: true })
            {
                EndPointBinding = _findings?.EndPointBinding,
                ServerName = _findings?.ServerName,
                VerifiedCertificate = _findings?.VerifiedCertificate,
            };
            return Transfer.Moved(0);
        }
        Alert = TlsExceptions.AlertOf(failure) ?? _records.Alert;
        Failure = _findings?.Refusal ?? _lower.Failure ?? WhyNot(failure);
        return Transfer.Failed;
    }

    private string WhyNot(Exception failure)
        => _records.IsForeign ? "the peer does not speak TLS: what came is no record of it"
            : _records.IsAtEnd ? "the peer closed the connection"
            : TlsExceptions.Describe(failure);

    /// <summary>Works on one record at most; none moved: it held no data, or is not whole yet.</summary>
    private Transfer ReceiveOnce(Memory<byte> target)
    {
        if (_end is { } end)
            return end;
        if (!_records.HasRecord)
        {
            if (!_records.TryReceive(_lower))
                return Transfer.Again;
            if (!_records.HasRecord)
                return Transfer.Moved(0);
        }
        if (_records.IsAtHandshake)
            return RefuseHandshake();
        try
        {
            return Decrypt(target);
        }
        catch (Exception e)
        {
            Alert = TlsExceptions.AlertOf(e) ?? _records.Alert;
            return BreakInput(_lower.Failure ?? TlsExceptions.Describe(e));
        }
    }

    /// <summary>
    /// RFC 5246 §7.4.1: a record of this type after the handshake asks for another, in TLS 1.2; TLS 1.3 has none in the
    /// clear. The TLS layer never sees it: OpenSSL's own refusal (NoRenegotiation in openssl.cnf) is a warning that
    /// lies in its output until something is sent. The peer is told of the end in its place (RFC 5246 §7.2.1), and the
    /// connection ends.
    /// </summary>
    private Transfer RefuseHandshake()
    {
        NotifyClose();
        return BreakInput("the peer wants another handshake, and renegotiation is refused");
    }

    /// <summary>
    /// A read of no octets ends when data has been decrypted, so that no read into the target is ever left waiting.
    /// </summary>
    private Transfer Decrypt(Memory<byte> target)
    {
        if (_isDataAwaited)
            _records.Continue();
        else
            _data = _ssl.ReadAsync(Memory<byte>.Empty);
        _isDataAwaited = !_data.IsCompleted;
        if (_isDataAwaited)
            return CountRecordWithoutData();
        _data.GetAwaiter().GetResult();
        ValueTask<int> read = _ssl.ReadAsync(target);
        int count = read.GetAwaiter().GetResult();
        if (count == 0)
            return (_end = Transfer.Ended).Value;
        _recordsWithoutData = 0;
        return Transfer.Moved(count);
    }

    /// <summary>
    /// Tickets and new keys (RFC 8446 §4.6). Each costs us work, and a peer may send them without end.
    /// </summary>
    private Transfer CountRecordWithoutData()
    {
        if (++_recordsWithoutData <= RecordsWithoutDataLimit)
            return Transfer.Moved(0);
        return BreakInput("too many TLS records without data");
    }

    private Transfer BreakInput(string why)
    {
        Failure = why;
        return (_end = Transfer.Failed).Value;
    }

    private bool TryEncrypt(ReadOnlySpan<byte> octets)
    {
        try
        {
            _ssl.Write(octets);
            return true;
        }
        catch (Exception e)
        {
            Failure = TlsExceptions.Describe(e);
            return false;
        }
    }

    /// <summary>False when the link below is broken.</summary>
    private bool SendRecords()
    {
        Transfer sent = _lower.Send(_records.Records);
        _records.ConsumeRecords(sent.State == TransferState.Failed ? _records.Records.Length : sent.Count);
        if (sent.State == TransferState.Failed)
            Failure ??= _lower.Failure;
        return sent.State != TransferState.Failed;
    }

    // wine does not tell the cipher.
    private string Description() => _ssl.NegotiatedCipherSuite == TlsCipherSuite.TLS_NULL_WITH_NULL_NULL
        ? VersionName()
        : $"{VersionName()} with cipher {_ssl.NegotiatedCipherSuite}";

    private string VersionName() => _ssl.SslProtocol switch
    {
        SslProtocols.Tls13 => "TLSv1.3",
        SslProtocols.Tls12 => "TLSv1.2",
        var other => other.ToString(),
    };
}
