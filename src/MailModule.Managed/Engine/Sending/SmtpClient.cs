using System.Text;
using MailModule.Engine.Connecting;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Sending;

/// <summary>
/// SMTP from the client's side, verb by verb, on the thread of the caller: a connection, its dialogue, what the server
/// said last and what failed last. A call's result is how the exchange came out, <see cref="Code"/> what the server
/// answered (decision 0045). One thread at a time, which <see cref="Call"/> sees to; <see cref="Cancel"/> is for any.
/// </summary>
public sealed partial class SmtpClient : IDisposable, IOpenClient
{
    private readonly CallGate _gate = new("mm_smtp_cancel");
    private readonly EngineStart _start;
    private readonly ClientSettings _settings;
    private readonly ClientConnection _line;
    private readonly ClientContent _content = new();
    private OpenClients? _running;
    private string _whyClosed = "there was no mm_smtp_connect yet";
    private string _verb = "";
    private volatile string? _whyCancelled;
    private volatile int _cancels;
    private int _cancelsBefore;
    private int _taken;

    internal SmtpClient(EngineStart start, ClientSettings settings)
    {
        _start = start;
        _settings = settings;
        _line = new ClientConnection(settings);
    }

    /// <summary>The code of the reply that the last call heard; 0: none.</summary>
    public int Code { get; private set; }

    /// <summary>The last reply of this connection, and the last challenge of a login.</summary>
    public (HeardReply Reply, string Challenge) Heard { get; private set; } = (HeardReply.None, "");

    /// <summary>The last failure since the last connect; null: there was none.</summary>
    public ClientFailure? Failure { get; private set; }

    /// <summary>Replies that are still to come.</summary>
    public int RepliesDue => _line.Dialogue?.Smtp.AwaitedReplies ?? 0;

    /// <summary>What was agreed in the handshake; empty in clear text and over a transport of the host's.</summary>
    public string Tls => _line.Link.Tls?.Description ?? "";

    /// <summary>As the server told them in its last answer to EHLO or LHLO.</summary>
    public IReadOnlyList<string> Capabilities => Extensions.Lines;

    /// <summary>The way to the server, and what is said over it.</summary>
    internal ClientConnection Line => _line;

    /// <summary>For contents that are too large for memory.</summary>
    internal string ScratchFolder => _running!.Environment.ScratchFolder;

    /// <summary>The last reply, where whole transactions have heard it.</summary>
    internal void KeepReply(Reply reply) => Heard = (new HeardReply(reply, raw: null), Heard.Challenge);

    private ServerExtensions Extensions => _line.Dialogue?.Smtp.Extensions ?? ServerExtensions.None;

    /// <summary>What follows a capability's keyword, empty if nothing does; null if it is not offered.</summary>
    public string? FindCapability(string keyword)
        => Extensions.Has(keyword) ? Extensions.ParametersOf(keyword) : null;

    /// <summary>
    /// One call of the host's. <see cref="Fault.State"/>, and nothing else, where another is under way.
    /// </summary>
    /// <param name="body">May call any member of this but <see cref="Call"/> and <see cref="Dispose"/>.</param>
    public Fault Call(Func<SmtpClient, Fault> body)
    {
        Fault fault = _gate.Enter();
        if (fault != Fault.None)
            return fault;
        try
        {
            Code = 0;
            _cancelsBefore = _cancels;
            ClientFailure? before = Failure;
            fault = body(this);
            if (fault != Fault.None && ReferenceEquals(before, Failure))
                Failure = new ClientFailure(fault, FaultReason.Current.Text ?? "") { Host = _line.Host };
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
        _line.Link.Cancel();
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
        _line.Dispose();
    }

    /// <summary>Time-outs for waits that begin later.</summary>
    public Fault SetTimes(ClientTimes times)
    {
        if (times.FindProblem() is { } wrong)
            return FaultReason.Because(Fault.Argument, wrong);
        _settings.Times = times;
        if (_line.Dialogue is { } dialogue)
            dialogue.Times = times;
        return Fault.None;
    }

    /// <param name="host">A name or an address, in brackets or not.</param>
    /// <param name="port">1 to 65535.</param>
    public Fault Connect(string host, int port, bool isTlsFirst, bool awaitsGreeting)
    {
        if (host.Length == 0 || port is < 1 or > 65535)
            return FaultReason.Because(Fault.Argument, "host is empty, or port is not 1 to 65535");
        Fault fault = CheckLine(host, "host");
        if (fault == Fault.None)
            fault = Open(host, port);
        if (fault != Fault.None)
            return fault;
        fault = _line.Reach(_running!.Environment);
        return fault == Fault.None ? Greet(isTlsFirst, awaitsGreeting) : LoseOpening(fault);
    }

    /// <summary>A way of the host's in place of a socket, which is closed in any case.</summary>
    public Fault Connect(IHostTransport transport, string host, bool isTlsFirst, bool awaitsGreeting)
    {
        Fault fault = CheckLine(host, "host");
        if (fault == Fault.None)
            fault = Open(host, 0);
        if (fault != Fault.None)
        {
            transport.Close();
            return fault;
        }
        fault = _line.Attach(transport, isFirst: true);
        return fault == Fault.None ? Greet(isTlsFirst, awaitsGreeting) : LoseOpening(fault);
    }

    /// <summary>The handshake, after STARTTLS was granted or before anything was said.</summary>
    /// <param name="name">That the certificate has to bear; null: the host's.</param>
    public Fault StartTls(string? name, bool awaitsGreeting)
    {
        Fault fault = CheckLine(name, "server_name");
        if (fault == Fault.None)
            fault = CheckHandshake();
        if (fault != Fault.None)
            return fault;
        if (awaitsGreeting && _line.Dialogue!.Smtp.IsInHandshake)
            return FaultReason.Because(Fault.Argument, "behind STARTTLS no greeting comes");
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
        fault = _line.Attach(transport, isFirst: false);
        if (fault == Fault.Argument)
            return FaultReason.Because(fault, _line.Link.Error!.Text);
        if (fault != Fault.None)
            return LoseOpening(fault);
        TlsBegun();
        return Fault.None;
    }

    /// <summary>The connection's socket, which does not block from now on; it stays the connection's.</summary>
    public Fault Socket(out nint socket)
    {
        socket = _line.Link.IsOpen ? _line.Link.ShareDescriptor() : -1;
        return socket != -1 ? Fault.None : FaultReason.Because(Fault.State, "no socket is open");
    }

    /// <summary>As the client itself waits; <see cref="Fault.Timeout"/> leaves the connection open.</summary>
    public Fault Wait(Readiness wanted, TimeSpan atMost, out Readiness there)
    {
        there = Readiness.None;
        if (!_line.Link.IsOpen)
            return NotConnected();
        Fault fault = _line.Link.Wait(wanted, atMost, out there);
        if (fault == Fault.Timeout)
            return FaultReason.Because(fault, "it is not there yet");
        return fault == Fault.None ? fault : Lose(fault);
    }

    /// <summary>Without a word.</summary>
    public Fault Close()
    {
        CloseBecause("it was closed");
        return Fault.None;
    }

    /// <summary>Replies that are told to the host in the place of the last one.</summary>
    internal void Tell(Reply reply)
    {
        Heard = (new HeardReply(reply, null), Heard.Challenge);
        Code = reply.Code;
    }

    internal void ForgetChallenge() => Heard = (Heard.Reply, "");

    /// <summary>A failure that leaves the connection as it is.</summary>
    internal Fault FailOpen(Fault fault, ErrorLayer layer, ClientStage stage, string text)
    {
        Failure = new ClientFailure(fault, text) { Layer = layer, Stage = stage, Host = _line.Host, Peer = _line.Peer };
        return FaultReason.Because(fault, text);
    }

    /// <summary>What the server said unasked has ended it. A verb has that for its answer, messages none.</summary>
    internal Fault FailEnded()
        => FailOpen(Fault.Closed, ErrorLayer.Network, ClientStage.Mail, $"not connected: {_whyClosed}");

    void IOpenClient.EndWithEngine() => EndOfEngine();

    private void EndOfEngine()
    {
        _whyCancelled = "the engine was stopped";
        Cancel();
    }

    private Fault Open(string host, int port)
    {
        CloseBecause("it is connecting");
        (Heard, Failure) = ((HeardReply.None, ""), null);
        _whyCancelled = null;
        Fault fault = _start(out _running);
        if (fault != Fault.None)
            return fault;
        _line.Begin(host, port, _running!.Environment.Options);
        if (!_running.TryAdd(this))
            EndOfEngine();
        else if (_cancels != _cancelsBefore)
            _line.Link.Cancel(); // while what was open before was closed, which lifts a cancel
        return Fault.None;
    }

    private Fault Greet(bool isTlsFirst, bool awaitsGreeting)
    {
        if (isTlsFirst && Shake(null) is not Fault.None and var fault)
            return LoseOpening(fault);
        _line.BeginDialogue();
        _content.OwedOctets = 0;
        return awaitsGreeting ? Receive() : Fault.None;
    }

    private Fault Shake(string? name) => OpenSsl.IsThere ? _line.BeginTls(name) : Fault.Tls;

    private void TlsBegun()
    {
        SmtpDialogue smtp = _line.Dialogue!.Smtp;
        if (smtp.IsInHandshake)
            smtp.TlsStarted();
        else
            smtp.Await();
    }

    private Fault CheckHandshake()
    {
        if (_line.Dialogue is not { } dialogue)
            return NotConnected();
        if (_line.Link.IsCancelled)
            return Lose(Fault.Cancelled);
        if (_line.Link.IsSecure)
            return FaultReason.Because(Fault.State, "TLS is there already");
        return dialogue.Smtp.IsInHandshake || dialogue.Smtp.AwaitsGreeting
            ? Fault.None
            : FaultReason.Because(Fault.State,
                "a handshake comes after mm_smtp_starttls was granted, or before the greeting was read");
    }

    private Fault NotConnected() => FaultReason.Because(Fault.State, $"not connected: {_whyClosed}");

    /// <summary>It failed before a server could say anything.</summary>
    private Fault LoseOpening(Fault fault) => Lose(ClientFailure.OfOpening(_line, fault, CancelWords));

    /// <summary>The dialogue has ended, or the connection is of no use any more.</summary>
    internal Fault Lose(Fault fault, string? text = null)
    {
        SmtpDialogue? smtp = _line.Dialogue?.Smtp;
        DialogueEnd? end = smtp?.End;
        string words = fault == Fault.Cancelled ? CancelWords
            : text is not null ? text
            : end?.Reply is { } reply ? reply.ToString()
            : fault == Fault.Timeout && _line.ErrorOf(fault) is { } error ? error.Text
            : !string.IsNullOrEmpty(end?.Text) ? end.Text
            : FaultDescriptions.Of(fault);
        ClientStage stage = smtp is null ? _line.Stage : ClientStages.Of(smtp.Stage);
        string at = stage != ClientStage.Other ? smtp?.StageName ?? ""
            : RepliesDue <= 1 ? _verb
            : ""; // several of the host's own commands are unanswered
        return Lose(ClientFailure.Of(_line, fault, stage, ClientFailure.Place(_line, words, at)));
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
        if (_line.Dialogue is not null)
            _whyClosed = why;
        _line.Close();
        _running?.Remove(this);
    }

    private static Fault CheckLine(string? text, string name)
        => text is not null && text.AsSpan().ContainsAny('\r', '\n', '\0')
            ? FaultReason.Because(Fault.Argument, $"{name} has CR, LF or NUL in it")
            : Fault.None;
}
