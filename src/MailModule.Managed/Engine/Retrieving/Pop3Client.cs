using System.Text;
using MailModule.Engine.Connecting;
using MailModule.Mail;
using MailModule.Pop3;
using MailModule.Pop3.Client;
using MailModule.Primitives;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// POP3 from the client's side, verb by verb, on the thread of the caller: a connection, its dialogue, what the server
/// said last and what failed last. A call's result is how the exchange came out, <see cref="Status"/> what the server
/// answered (decision 0075). One thread at a time, which <see cref="Call"/> sees to; <see cref="Cancel"/> is for any.
/// </summary>
public sealed partial class Pop3Client : MailClient
{
    private BlockingPop3? _talk;

    internal Pop3Client(EngineStart start, ClientSettings settings)
        : base(start, settings, "mm_pop3", "STLS")
    {
    }

    /// <summary>What the answer that the last call heard begins with.</summary>
    public Pop3Status Status { get; private set; }

    /// <summary>The last answer of this connection, the last challenge of a login, and the greeting's stamp.</summary>
    public (Pop3Reply Reply, string Challenge, string Stamp) Heard { get; private set; } = (Pop3Reply.None, "", "");

    /// <inheritdoc/>
    public override IReadOnlyList<string> Capabilities => Offered.Lines;

    /// <inheritdoc/>
    internal override BlockingPop3? Dialogue => _talk;

    internal Pop3Capabilities Offered => _talk?.Pop3.Capabilities ?? Pop3Capabilities.Unknown;

    /// <inheritdoc/>
    public override string? FindCapability(string keyword)
        => Offered.Has(keyword) ? Offered.ParametersOf(keyword) : null;

    /// <inheritdoc cref="MailClient.Call"/>
    public Fault Call(Func<Pop3Client, Fault> body) => Call(this, body);

    /// <summary>What the server said unasked has ended it.</summary>
    internal Fault FailEnded() => Failure is null or { Fault: Fault.None }
        ? Lose(new ClientFailure(Fault.Closed, $"not connected: {WhyClosed}") { Layer = ErrorLayer.Network })
        : FaultReason.Because(Fault.Closed, WhyClosed);

    /// <summary>An earlier answer tells more than the last one.</summary>
    internal void Tell(Pop3Reply reply)
    {
        Heard = Heard with { Reply = reply };
        Status = reply.Status;
    }

    internal void KeepChallenge(string challenge) => Heard = Heard with { Challenge = challenge };

    /// <inheritdoc/>
    private protected override void BeginDialogue(ClientSettings settings)
    {
        Pop3Trace? trace = settings.Trace is { } sink ? new Pop3Trace(sink) : null;
        _talk = new BlockingPop3(Link.Link, settings.Times, Link.Options.Timeout, trace);
    }

    /// <inheritdoc/>
    private protected override void EndDialogue() => _talk = null;

    /// <inheritdoc/>
    private protected override void ForgetAnswer() => Status = Pop3Status.None;

    /// <inheritdoc/>
    private protected override void ForgetReplies() => Heard = (Pop3Reply.None, "", "");

    /// <inheritdoc/>
    private protected override Fault LogIn(string? mechanism, Credentials login)
        => Pop3ClientLogin.Run(this, mechanism, login);

    /// <inheritdoc/>
    private protected override Fault SayAuth(string line) => Say(line);

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
}
