using System.Text;
using MailModule.Engine.Connecting;
using MailModule.Pop3;
using MailModule.Pop3.Client;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Smtp.Client;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// POP3 from the client's side, verb by verb, on the thread of the caller: a connection, its dialogue, what the server
/// said last and what failed last. A call's result is how the exchange came out, <see cref="Status"/> what the server
/// answered (decision 0075). One thread at a time, which <see cref="Call"/> sees to; <see cref="Cancel"/> is for any.
/// </summary>
public sealed partial class Pop3Client : IDisposable, IOpenClient
{
    private readonly CallGate _gate = new("mm_pop3_cancel");
    private readonly EngineStart _start;
    private readonly ClientSettings _settings;
    private readonly ClientLink _link;
    private BlockingPop3? _talk;
    private OpenClients? _running;
    private string _whyClosed = "there was no mm_pop3_connect yet";
    private string _verb = "";
    private volatile string? _whyCancelled;
    private volatile int _cancels;
    private int _cancelsBefore;

    internal Pop3Client(EngineStart start, ClientSettings settings)
    {
        _start = start;
        _settings = settings;
        _link = new ClientLink(settings);
    }

    /// <summary>What the answer that the last call heard begins with.</summary>
    public Pop3Status Status { get; private set; }

    /// <summary>The last answer of this connection, the last challenge of a login, and the greeting's stamp.</summary>
    public (Pop3Reply Reply, string Challenge, string Stamp) Heard { get; private set; } = (Pop3Reply.None, "", "");

    /// <summary>The last failure since the last connect; null: there was none.</summary>
    public ClientFailure? Failure { get; private set; }

    /// <summary>Answers that are still to come.</summary>
    public int AnswersDue => _talk?.Pop3.Awaited ?? 0;

    /// <summary>What was agreed in the handshake; empty in clear text and over a transport of the host's.</summary>
    public string Tls => _link.Link.Tls?.Description ?? "";

    /// <summary>As the server told them in its last answer to CAPA.</summary>
    public IReadOnlyList<string> Capabilities => Offered.Lines;

    /// <summary>The way to the server.</summary>
    internal ClientLink Link => _link;

    /// <summary>What is said over it; null: it is not open.</summary>
    internal BlockingPop3? Talk => _talk;

    internal Pop3Capabilities Offered => _talk?.Pop3.Capabilities ?? Pop3Capabilities.Unknown;

    /// <summary>What follows a capability's keyword, empty if nothing does; null if it is not offered.</summary>
    public string? FindCapability(string keyword) => Offered.Has(keyword) ? Offered.ParametersOf(keyword) : null;

    /// <summary>
    /// One call of the host's. <see cref="Fault.State"/>, and nothing else, where another is under way.
    /// </summary>
    /// <param name="body">May call any member of this but <see cref="Call"/> and <see cref="Dispose"/>.</param>
    public Fault Call(Func<Pop3Client, Fault> body)
    {
        Fault fault = _gate.Enter();
        if (fault != Fault.None)
            return fault;
        try
        {
            Status = Pop3Status.None;
            _cancelsBefore = _cancels;
            ClientFailure? before = Failure;
            fault = body(this);
            if (fault != Fault.None && ReferenceEquals(before, Failure))
                Failure = new ClientFailure(fault, FaultReason.Current.Text ?? "") { Host = _link.Host };
            return fault;
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>
    /// Any thread, also inside callbacks: whatever call is under way ends with <see cref="Fault.Cancelled"/>, and the
    /// connection is closed, by that call or the next.
    /// </summary>
    public void Cancel()
    {
        Interlocked.Increment(ref _cancels);
        _link.Link.Cancel();
    }

    /// <summary>Ends it for good, unless a call is under way (<see cref="Fault.State"/>).</summary>
    public Fault End()
    {
        Fault fault = _gate.Enter();
        if (fault == Fault.None)
            Dispose();
        return fault;
    }

    public void Dispose()
    {
        _running?.Remove(this);
        _link.Dispose();
    }

    /// <summary>Time-outs for waits that begin later.</summary>
    public Fault SetTimes(ClientTimes times)
    {
        if (times.FindProblem() is { } wrong)
            return FaultReason.Because(Fault.Argument, wrong);
        _settings.Times = times;
        if (_talk is { } talk)
            talk.Times = times;
        return Fault.None;
    }

    /// <param name="host">A name or an address, in brackets or not.</param>
    /// <param name="port">1 to 65535.</param>
    public Fault Connect(string host, int port, bool isTlsFirst, bool awaitsGreeting)
    {
        if (host.Length == 0 || port is < 1 or > 65535)
            return FaultReason.Because(Fault.Argument, "host is empty, or port is not 1 to 65535");
        Fault fault = CheckText(host, "host");
        if (fault == Fault.None)
            fault = Open(host, port);
        if (fault != Fault.None)
            return fault;
        fault = _link.Reach(_running!.Environment);
        return fault == Fault.None ? Greet(isTlsFirst, awaitsGreeting) : LoseOpening(fault);
    }

    /// <summary>A way of the host's in place of a socket, which is closed in any case.</summary>
    public Fault Connect(IHostTransport transport, string host, bool isTlsFirst, bool awaitsGreeting)
    {
        Fault fault = CheckText(host, "host");
        if (fault == Fault.None)
            fault = Open(host, 0);
        if (fault != Fault.None)
        {
            transport.Close();
            return fault;
        }
        fault = _link.Attach(transport, isFirst: true);
        return fault == Fault.None ? Greet(isTlsFirst, awaitsGreeting) : LoseOpening(fault);
    }

    /// <summary>The handshake, after STLS was granted or before anything was said.</summary>
    /// <param name="name">That the certificate has to bear; null: the host's.</param>
    public Fault StartTls(string? name, bool awaitsGreeting)
    {
        Fault fault = CheckText(name, "server_name");
        if (fault == Fault.None)
            fault = CheckHandshake();
        if (fault != Fault.None)
            return fault;
        if (awaitsGreeting && _talk!.Pop3.IsInHandshake)
            return FaultReason.Because(Fault.Argument, "behind STLS no greeting comes");
        fault = Shake(name);
        if (fault != Fault.None)
            return LoseOpening(fault);
        TlsBegun();
        return awaitsGreeting ? Receive() : Fault.None;
    }

    /// <summary>A way of the host's above the connection's socket, which is closed in any case.</summary>
    public Fault SetTransport(IHostTransport transport)
    {
        Fault fault = CheckHandshake();
        if (fault != Fault.None)
        {
            transport.Close();
            return fault;
        }
        fault = _link.Attach(transport, isFirst: false);
        if (fault == Fault.Argument)
            return FaultReason.Because(fault, _link.Link.Error!.Text);
        if (fault != Fault.None)
            return LoseOpening(fault);
        TlsBegun();
        return Fault.None;
    }

    /// <summary>The connection's socket, which does not block from now on; it stays the connection's.</summary>
    public Fault Socket(out nint socket)
    {
        socket = _link.Link.IsOpen ? _link.Link.ShareDescriptor() : -1;
        return socket != -1 ? Fault.None : FaultReason.Because(Fault.State, "no socket is open");
    }

    /// <summary>As the client itself waits; <see cref="Fault.Timeout"/> leaves the connection open.</summary>
    public Fault Wait(Readiness wanted, TimeSpan atMost, out Readiness there)
    {
        there = Readiness.None;
        if (!_link.Link.IsOpen)
            return NotConnected();
        Fault fault = _link.Link.Wait(wanted, atMost, out there);
        if (fault == Fault.Timeout)
            return FaultReason.Because(fault, "it is not there yet");
        return fault == Fault.None ? fault : Lose(fault);
    }

    /// <summary>Without a word, which deletes nothing at the server (RFC 1939 §6).</summary>
    public Fault Close()
    {
        CloseBecause("it was closed");
        return Fault.None;
    }

    /// <summary>A failure that leaves the connection as it is.</summary>
    internal Fault FailOpen(Fault fault, ErrorLayer layer, string text)
    {
        Failure = new ClientFailure(fault, text)
        {
            Layer = layer,
            Stage = ClientStage.Auth,
            Host = _link.Host,
            Peer = _link.Peer,
        };
        return FaultReason.Because(fault, text);
    }

    /// <summary>What the server said unasked has ended it.</summary>
    internal Fault FailEnded() => Failure is null or { Fault: Fault.None }
        ? Lose(new ClientFailure(Fault.Closed, $"not connected: {_whyClosed}") { Layer = ErrorLayer.Network })
        : FaultReason.Because(Fault.Closed, _whyClosed);

    /// <summary>An earlier answer tells more than the last one.</summary>
    internal void Tell(Pop3Reply reply)
    {
        Heard = Heard with { Reply = reply };
        Status = reply.Status;
    }

    internal void KeepChallenge(string challenge) => Heard = Heard with { Challenge = challenge };

    void IOpenClient.EndWithEngine() => EndOfEngine();

    private void EndOfEngine()
    {
        _whyCancelled = "the engine was stopped";
        Cancel();
    }

    private Fault Open(string host, int port)
    {
        CloseBecause("it is connecting");
        (Heard, Failure) = ((Pop3Reply.None, "", ""), null);
        _whyCancelled = null;
        Fault fault = _start(out _running);
        if (fault != Fault.None)
            return fault;
        _link.Begin(host, port, _running!.Environment.Options);
        if (!_running.TryAdd(this))
            EndOfEngine();
        else if (_cancels != _cancelsBefore)
            _link.Link.Cancel(); // while what was open before was closed, which lifts a cancel
        return Fault.None;
    }

    private Fault Greet(bool isTlsFirst, bool awaitsGreeting)
    {
        if (isTlsFirst && Shake(null) is not Fault.None and var fault)
            return LoseOpening(fault);
        _link.BeginTalk();
        Pop3Trace? trace = _settings.Trace is { } sink ? new Pop3Trace(sink) : null;
        _talk = new BlockingPop3(_link.Link, _settings.Times, _link.Options.Timeout, trace);
        return awaitsGreeting ? Receive() : Fault.None;
    }

    private Fault Shake(string? name) => OpenSsl.IsThere ? _link.BeginTls(name) : Fault.Tls;

    private void TlsBegun()
    {
        if (_talk!.Pop3.IsInHandshake)
            _talk.Pop3.TlsStarted();
    }

    private Fault CheckHandshake()
    {
        if (_talk is not { } talk)
            return NotConnected();
        if (_link.Link.IsCancelled)
            return Lose(Fault.Cancelled);
        if (_link.Link.IsSecure)
            return FaultReason.Because(Fault.State, "TLS is there already");
        return talk.Pop3.IsInHandshake || talk.Pop3.AwaitsGreeting
            ? Fault.None
            : FaultReason.Because(Fault.State,
                "a handshake comes after mm_pop3_stls was granted, or before the greeting was read");
    }

    private Fault NotConnected() => FaultReason.Because(Fault.State, $"not connected: {_whyClosed}");

    /// <summary>It failed before a server could say anything.</summary>
    private Fault LoseOpening(Fault fault) => Lose(ClientFailure.OfOpening(_link, fault, CancelWords));

    /// <summary>The dialogue has ended, or the connection is of no use any more.</summary>
    internal Fault Lose(Fault fault, string? text = null)
    {
        Pop3End? end = _talk?.Pop3.End;
        string words = fault == Fault.Cancelled ? CancelWords
            : text is not null ? text
            : end?.Reply is { } reply ? end.Text.Length == 0 ? reply.Raw : $"{end.Text}: {reply.Raw}"
            : !string.IsNullOrEmpty(end?.Text) ? end.Text
            : fault != Fault.Closed && _link.ErrorOf(fault) is { } error ? error.Text
            : FaultDescriptions.Of(fault);
        ClientStage stage = _talk is { } talk ? StageOf(talk.Pop3) : _link.Stage;
        string at = stage == ClientStage.Greeting ? "the greeting" : AnswersDue <= 1 ? _verb : "";
        return Lose(ClientFailure.Of(_link, fault, stage, ClientFailure.Place(_link, words, at)));
    }

    private Fault Lose(ClientFailure failure)
    {
        Failure = failure;
        CloseBecause(failure.Text);
        _whyClosed = failure.Text;
        return FaultReason.Because(failure.Fault, failure.Text);
    }

    private string CancelWords => _whyCancelled ?? "cancelled by the host";

    private void CloseBecause(string why)
    {
        if (_talk is not null)
            _whyClosed = why;
        _talk = null;
        _link.Close();
        _running?.Remove(this);
    }

    private static ClientStage StageOf(Pop3Dialogue pop3) => (pop3.Next ?? pop3.Answered) switch
    {
        AnswerTo.Greeting => ClientStage.Greeting,
        AnswerTo.Capa => ClientStage.Hello,
        AnswerTo.Stls => ClientStage.Tls,
        AnswerTo.Login or AnswerTo.Auth => ClientStage.Auth,
        AnswerTo.Message => ClientStage.Content,
        _ => ClientStage.Other,
    };

    /// <summary>A line of the host's that goes out as a command.</summary>
    internal static Fault CheckLine(string line)
    {
        Fault fault = CheckText(line, "line");
        if (fault == Fault.None && string.IsNullOrWhiteSpace(line))
            fault = FaultReason.Because(Fault.Argument, "line is empty");
        return fault != Fault.None ? fault
            : Encoding.UTF8.GetByteCount(line) > Pop3Dialogue.CommandLimit ? FaultReason.Because(Fault.Argument,
                $"a command has {Pop3Dialogue.CommandLimit} octets at most (RFC 2449 section 4)")
            : Fault.None;
    }

    private static Fault CheckText(string? text, string name)
        => text is not null && text.AsSpan().ContainsAny('\r', '\n', '\0')
            ? FaultReason.Because(Fault.Argument, $"{name} has CR, LF or NUL in it")
            : Fault.None;
}
