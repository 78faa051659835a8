using System.Net;
using MailModule.Engine.Connecting;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Sending;

/// <summary>
/// SMTP from the client's side, verb by verb, on the thread of the caller: a connection, its dialogue, what the server
/// said last and what failed last. A call's result is how the exchange came out, <see cref="Code"/> what the server
/// answered (decision 0045). One thread at a time, which <see cref="Call"/> sees to; <see cref="Cancel"/> is for any.
/// </summary>
public sealed partial class SmtpClient : MailClient
{
    private readonly ClientContent _content = new();
    // One for all dialogues of the client: what of a content was not told yet is told in the next.
    private readonly DialogueTrace? _trace;
    private BlockingDialogue? _dialogue;
    private int _taken;

    internal SmtpClient(EngineStart start, ClientSettings settings)
        : base(start, settings, "mm_smtp", "STARTTLS")
    {
        _trace = settings.Trace is { } sink ? new DialogueTrace(sink) : null;
    }

    /// <summary>The code of the reply that the last call heard; 0: none.</summary>
    public int Code { get; private set; }

    /// <summary>The last reply of this connection, and the last challenge of a login.</summary>
    public (HeardReply Reply, string Challenge) Heard { get; private set; } = (HeardReply.None, "");

    /// <inheritdoc/>
    public override IReadOnlyList<string> Capabilities => Extensions.Lines;

    /// <inheritdoc/>
    internal override BlockingDialogue? Dialogue => _dialogue;

    /// <summary>For contents that are too large for memory.</summary>
    internal string ScratchFolder => Environment.ScratchFolder;

    /// <summary>The last reply, where whole transactions have heard it.</summary>
    internal void KeepReply(Reply reply) => Heard = (new HeardReply(reply, raw: null), Heard.Challenge);

    private ServerExtensions Extensions => _dialogue?.Smtp.Extensions ?? ServerExtensions.None;

    // For EHLO where the host gives none.
    private string OwnNameText
    {
        get
        {
            OwnName name = OwnName.Of(Link.Options.HelloName);
            // Beyond a proxy our address means nothing, and some use a proxy to hide it.
            return name.IsOneLabel ? OwnName.LiteralOf(Link.OwnAddress ?? IPAddress.Loopback) : name.Text;
        }
    }

    /// <inheritdoc/>
    public override string? FindCapability(string keyword)
        => Extensions.Has(keyword) ? Extensions.ParametersOf(keyword) : null;

    /// <inheritdoc cref="MailClient.Call"/>
    public Fault Call(Func<SmtpClient, Fault> body) => Call(this, body);

    /// <summary>Replies that are told to the host in the place of the last one.</summary>
    internal void Tell(Reply reply)
    {
        Heard = (new HeardReply(reply, null), Heard.Challenge);
        Code = reply.Code;
    }

    internal void ForgetChallenge() => Heard = (Heard.Reply, "");

    /// <summary>What the server said unasked has ended it. A verb has that for its answer, messages none.</summary>
    internal Fault FailEnded()
        => FailOpen(Fault.Closed, ErrorLayer.Network, ClientStage.Mail, $"not connected: {WhyClosed}");

    /// <inheritdoc/>
    private protected override void BeginDialogue(ClientSettings settings)
    {
        _dialogue = new BlockingDialogue(Link.Link, settings.Times, Link.Options.Timeout, _trace);
        _content.OwedOctets = 0;
    }

    /// <inheritdoc/>
    private protected override void EndDialogue() => _dialogue = null;

    /// <inheritdoc/>
    private protected override void ForgetAnswer() => Code = 0;

    /// <inheritdoc/>
    private protected override void ForgetReplies() => Heard = (HeardReply.None, "");

    /// <inheritdoc/>
    private protected override Fault LogIn(string? mechanism, Credentials login)
        => ClientLogin.Run(this, mechanism, login);

    /// <inheritdoc/>
    private protected override Fault SayAuth(string line)
        => Say("AUTH", (smtp, output) => smtp.Command(line, output, ReplyTo.Auth));
}
