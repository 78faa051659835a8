using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Connecting;

/// <summary>
/// A client of the host, whatever it speaks, on the thread of the caller: its connection, TLS, time-outs, its end, and
/// what failed last. A protocol adds its verbs. One thread at a time; <see cref="Cancel"/> is for any.
/// </summary>
public abstract class MailClient : IDisposable, IOpenClient
{
    private readonly CallGate _gate;
    private readonly EngineStart _start;
    private readonly ClientSettings _settings;
    private readonly string _prefix;
    private readonly string _tlsVerb;
    private OpenClients? _running;
    private volatile string? _whyCancelled;
    private volatile int _cancels;
    private int _cancelsBefore;

    /// <param name="prefix">Of its functions at the C edge, which its words name.</param>
    /// <param name="tlsVerb">That asks for TLS.</param>
    private protected MailClient(EngineStart start, ClientSettings settings, string prefix, string tlsVerb)
    {
        _gate = new CallGate($"{prefix}_cancel");
        (_start, _settings, _prefix, _tlsVerb) = (start, settings, prefix, tlsVerb);
        WhyClosed = $"there was no {prefix}_connect yet";
        Link = new ClientLink(settings);
    }

    /// <summary>The last failure since the last connect; null: there was none.</summary>
    public ClientFailure? Failure { get; private set; }

    /// <summary>Replies that are still to come.</summary>
    public int RepliesDue => Dialogue?.RepliesDue ?? 0;

    /// <summary>What was agreed in the handshake; empty in clear text and over a transport of the host's.</summary>
    public string Tls => Link.Link.Tls?.Description ?? "";

    /// <summary>As the server told them when it was asked last.</summary>
    public abstract IReadOnlyList<string> Capabilities { get; }

    /// <summary>The way to the server.</summary>
    internal ClientLink Link { get; }

    /// <summary>What is said over it; null: it is not open.</summary>
    internal abstract IClientDialogue? Dialogue { get; }

    /// <summary>What the clients have of the engine, once a connection was asked for.</summary>
    internal ClientEnvironment Environment => _running!.Environment;

    private protected string WhyClosed { get; private set; }

    /// <summary>The command that the host gave last, for the words of a failure.</summary>
    private protected string Verb { get; set; } = "";

    /// <summary>What follows a capability's keyword, empty if nothing does; null if it is not offered.</summary>
    public abstract string? FindCapability(string keyword);

    /// <summary>Hears the next reply that is due.</summary>
    public abstract Fault Receive();

    /// <summary>Answers the challenge of a raw AUTH.</summary>
    /// <param name="response">In base64; empty for no octets; "*" cancels.</param>
    public abstract Fault AuthRespond(string response);

    /// <summary>
    /// One call of the host's. <see cref="Fault.State"/>, and nothing else, where another is under way.
    /// </summary>
    /// <param name="argument">For the body.</param>
    /// <param name="body">May call any member of this but <see cref="Call"/> and <see cref="Dispose"/>.</param>
    public Fault Call<TArgument>(TArgument argument, Func<TArgument, Fault> body)
    {
        Fault fault = _gate.Enter();
        if (fault != Fault.None)
            return fault;
        try
        {
            ForgetAnswer();
            _cancelsBefore = _cancels;
            ClientFailure? before = Failure;
            fault = body(argument);
            if (fault != Fault.None && ReferenceEquals(before, Failure))
                Failure = new ClientFailure(fault, FaultReason.Current.Text ?? "") { Host = Link.Host };
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
        Link.Link.Cancel();
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
        EndDialogue();
        Link.Dispose();
    }

    /// <summary>Time-outs for waits that begin later.</summary>
    public Fault SetTimes(ClientTimes times)
    {
        if (times.FindProblem() is { } wrong)
            return FaultReason.Because(Fault.Argument, wrong);
        _settings.Times = times;
        if (Dialogue is { } dialogue)
            dialogue.Times = times;
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
        fault = Link.Reach(Environment);
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
        fault = Link.Attach(transport, isFirst: true);
        return fault == Fault.None ? Greet(isTlsFirst, awaitsGreeting) : LoseOpening(fault);
    }

    /// <summary>The handshake, after the verb for it was granted or before anything was said.</summary>
    /// <param name="name">That the certificate has to bear; null: the host's.</param>
    public Fault StartTls(string? name, bool awaitsGreeting)
    {
        Fault fault = CheckText(name, "server_name");
        if (fault == Fault.None)
            fault = CheckHandshake();
        if (fault != Fault.None)
            return fault;
        if (awaitsGreeting && Dialogue!.IsInHandshake)
            return FaultReason.Because(Fault.Argument, $"behind {_tlsVerb} no greeting comes");
        fault = Shake(name);
        if (fault != Fault.None)
            return LoseOpening(fault);
        Dialogue!.TlsBegun();
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
        fault = Link.Attach(transport, isFirst: false);
        if (fault == Fault.Argument)
            return FaultReason.Because(fault, Link.Link.Error!.Text);
        if (fault != Fault.None)
            return LoseOpening(fault);
        Dialogue!.TlsBegun();
        return Fault.None;
    }

    /// <summary>The connection's socket, which does not block from now on; it stays the connection's.</summary>
    public Fault Socket(out nint socket)
    {
        socket = Link.Link.IsOpen ? Link.Link.ShareDescriptor() : -1;
        return socket != -1 ? Fault.None : FaultReason.Because(Fault.State, "no socket is open");
    }

    /// <summary>As the client itself waits; <see cref="Fault.Timeout"/> leaves the connection open.</summary>
    public Fault Wait(Readiness wanted, TimeSpan atMost, out Readiness there)
    {
        there = Readiness.None;
        if (!Link.Link.IsOpen)
            return NotConnected();
        Fault fault = Link.Link.Wait(wanted, atMost, out there);
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

    /// <summary>Logs in with a name and a password.</summary>
    /// <param name="mechanism">Null: the strongest that the server offers, and the next where it refuses one.</param>
    public Fault Auth(string? mechanism, string? user, string? password)
    {
        Fault fault = CheckText(mechanism, "mechanism");
        bool isExternal = "EXTERNAL".Equals(mechanism, StringComparison.OrdinalIgnoreCase);
        return fault != Fault.None ? fault
            : LogIn(mechanism, isExternal
                ? new Credentials("") { AuthorizationId = user ?? "" }
                : new Credentials(user ?? "", password));
    }

    /// <summary>Logs in with a token (RFC 6750).</summary>
    /// <param name="token">Asked for each attempt; null: there is none, which is <see cref="Fault.Cancelled"/>.</param>
    public Fault AuthToken(string? mechanism, string identity, Func<string?> token)
    {
        Fault fault = CheckText(mechanism, "mechanism");
        return fault == Fault.None ? LogIn(mechanism, new Credentials(identity) { Token = token }) : fault;
    }

    /// <summary>AUTH with a mechanism of the host's own.</summary>
    /// <param name="initial">In base64; null: none.</param>
    public Fault AuthRaw(string mechanism, string? initial)
    {
        Fault fault = CheckText(mechanism, "mechanism");
        if (fault == Fault.None)
            fault = CheckText(initial, "initial");
        if (fault == Fault.None && mechanism.Length == 0)
            fault = FaultReason.Because(Fault.Argument, "mechanism is empty");
        return fault == Fault.None
            ? SayAuth(initial is null ? $"AUTH {mechanism}" : $"AUTH {mechanism} {initial}")
            : fault;
    }

    /// <summary>A failure that leaves the connection as it is.</summary>
    internal Fault FailOpen(Fault fault, ErrorLayer layer, ClientStage stage, string text)
    {
        Failure = new ClientFailure(fault, text) { Layer = layer, Stage = stage, Host = Link.Host, Peer = Link.Peer };
        return FaultReason.Because(fault, text);
    }

    /// <summary>The dialogue has ended, or the connection is of no use any more.</summary>
    internal Fault Lose(Fault fault, string? text = null)
    {
        IClientDialogue? dialogue = Dialogue;
        string words = fault == Fault.Cancelled ? CancelWords
            : text ?? dialogue?.EndWords(fault) ?? FaultWords.Of(fault);
        // Where several of the host's own commands are unanswered, it may be any of them.
        string at = dialogue?.StageName ?? (RepliesDue <= 1 ? Verb : "");
        return Lose(ClientFailure.Of(
            Link, fault, dialogue?.Stage ?? Link.Stage, ClientFailure.Place(Link, words, at)));
    }

    internal Fault Lose(ClientFailure failure)
    {
        Failure = failure;
        CloseBecause(failure.Text);
        WhyClosed = failure.Text;
        return FaultReason.Because(failure.Fault, failure.Text);
    }

    void IOpenClient.EndWithEngine() => EndOfEngine();

    /// <summary>The connection is there, and what is said over it begins.</summary>
    private protected abstract void BeginDialogue(ClientSettings settings);

    private protected abstract void EndDialogue();

    /// <summary>What the server answered in the last call is none of this one's.</summary>
    private protected abstract void ForgetAnswer();

    /// <summary>What the server said is none of the next connection's.</summary>
    private protected abstract void ForgetReplies();

    /// <param name="mechanism">Null: any that the credentials are good for.</param>
    private protected abstract Fault LogIn(string? mechanism, Credentials login);

    /// <param name="line">The whole command.</param>
    private protected abstract Fault SayAuth(string line);

    private protected Fault CheckOpen()
        => Dialogue is null ? NotConnected()
            : Link.Link.IsCancelled ? Lose(Fault.Cancelled)
            : Fault.None;

    private protected Fault NotConnected() => FaultReason.Because(Fault.State, $"not connected: {WhyClosed}");

    private protected void CloseBecause(string why)
    {
        if (Dialogue is not null)
            WhyClosed = why;
        EndDialogue();
        Link.Close();
        _running?.Remove(this);
    }

    private protected static Fault CheckText(string? text, string name)
        => text is not null && text.AsSpan().ContainsAny('\r', '\n', '\0')
            ? FaultReason.Because(Fault.Argument, $"{name} has CR, LF or NUL in it")
            : Fault.None;

    private string CancelWords => _whyCancelled ?? "cancelled by the host";

    private void EndOfEngine()
    {
        _whyCancelled = "the engine was stopped";
        Cancel();
    }

    private Fault Open(string host, int port)
    {
        CloseBecause("it is connecting");
        ForgetReplies();
        (Failure, _whyCancelled) = (null, null);
        Fault fault = _start(out _running);
        if (fault != Fault.None)
            return fault;
        Link.Begin(host, port, Environment.Options);
        if (!_running!.TryAdd(this))
            EndOfEngine();
        else if (_cancels != _cancelsBefore)
            Link.Link.Cancel(); // while what was open before was closed, which lifts a cancel
        return Fault.None;
    }

    private Fault Greet(bool isTlsFirst, bool awaitsGreeting)
    {
        if (isTlsFirst && Shake(null) is not Fault.None and var fault)
            return LoseOpening(fault);
        Link.BeginTalk();
        BeginDialogue(_settings);
        return awaitsGreeting ? Receive() : Fault.None;
    }

    private Fault Shake(string? name) => OpenSsl.IsThere ? Link.BeginTls(name) : Fault.Tls;

    private Fault CheckHandshake()
    {
        if (Dialogue is not { } dialogue)
            return NotConnected();
        if (Link.Link.IsCancelled)
            return Lose(Fault.Cancelled);
        if (Link.Link.IsSecure)
            return FaultReason.Because(Fault.State, "TLS is there already");
        return dialogue.IsInHandshake || dialogue.AwaitsGreeting
            ? Fault.None
            : FaultReason.Because(Fault.State, $"a handshake comes after {_prefix}_{_tlsVerb.ToLowerInvariant()} was"
                + " granted, or before the greeting was read");
    }

    /// <summary>It failed before a server could say anything.</summary>
    private Fault LoseOpening(Fault fault) => Lose(ClientFailure.OfOpening(Link, fault, CancelWords));
}
