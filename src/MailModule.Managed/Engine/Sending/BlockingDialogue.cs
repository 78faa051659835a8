using System.Net;
using MailModule.Engine.Connecting;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Sending;

/// <summary>
/// A dialogue over a connection that the caller's thread waits for: what was said is sent, and the next reply is waited
/// for as long as the command, the settings and the host allow. One thread at a time.
/// </summary>
internal sealed class BlockingDialogue : IPeer, IDialogueConnection, IClientDialogue
{
    private const long Never = long.MaxValue;

    private readonly BlockingConnection _connection;
    private readonly TimeSpan _replyLimit;
    private readonly RawReply _raw = new();
    private ClientTimes _times;
    private long _deadline = Never;
    private Fault _fault;

    /// <summary>Begins with the wait for the greeting.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="replyLimit">What the settings give a server for any reply.</param>
    public BlockingDialogue(
        BlockingConnection connection, ClientTimes times, TimeSpan replyLimit, DialogueTrace? trace)
    {
        _connection = connection;
        _times = times;
        _replyLimit = replyLimit;
        Smtp = new SmtpDialogue(this, SmtpTimeouts.Standard, TimeSpan.MaxValue) { Trace = trace };
        Smtp.BeginTurn();
    }

    public SmtpDialogue Smtp { get; }

    /// <summary>Where the next commands are written to.</summary>
    public Output Output { get; } = new();

    /// <inheritdoc/>
    public int RepliesDue => Smtp.AwaitedReplies;

    /// <inheritdoc/>
    public bool AwaitsGreeting => Smtp.AwaitsGreeting;

    /// <inheritdoc/>
    public bool IsInHandshake => Smtp.IsInHandshake;

    /// <inheritdoc/>
    public ClientStage Stage => ClientStages.Of(Smtp.Stage);

    /// <inheritdoc/>
    public string? StageName => Stage == ClientStage.Other ? null : Smtp.StageName;

    /// <inheritdoc/>
    public ClientTimes Times
    {
        set => _times = value;
    }

    /// <summary>The lines of the reply that was heard last, as they came; null: not known.</summary>
    public string? Raw { get; private set; }

    /// <summary>By QUIT, by words of the server, or by the loss of the connection.</summary>
    public bool HasEnded => Smtp.End is not null;

    /// <inheritdoc/>
    public IPEndPoint? RemoteEndPoint => _connection.RemoteEndPoint;

    /// <inheritdoc/>
    public bool IsTls => _connection.IsSecure;

    /// <inheritdoc/>
    public string? TlsDescription => _connection.Tls?.Description;

    /// <inheritdoc/>
    public byte[]? EndPointBinding => _connection.EndPointBinding;

    /// <inheritdoc/>
    public Fault Fault => _fault;

    /// <inheritdoc/>
    public string? FaultText => _fault is Fault.None or Fault.Closed ? null : _connection.Error?.Text;

    /// <inheritdoc/>
    public TimeSpan IdleTimeout
    {
        set { }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Unconsumed => _connection.Unconsumed;

    /// <inheritdoc/>
    public void SetDeadline(TimeSpan fromNow)
    {
        TimeSpan time = _times.ForReply(fromNow, _replyLimit);
        _deadline = time == Timeout.InfiniteTimeSpan
            ? Never
            : Environment.TickCount64 + (long)Math.Min(time.TotalMilliseconds, int.MaxValue);
    }

    /// <inheritdoc/>
    public void Expect(Expected what)
    {
    }

    /// <inheritdoc/>
    public void GotDone(bool isLoggedIn)
    {
    }

    /// <inheritdoc/>
    public bool TryHold(long octets) => true;

    /// <inheritdoc/>
    public void Resume()
    {
    }

    /// <inheritdoc/>
    public void Consume(int count) => _connection.Consume(count);

    /// <inheritdoc/>
    public Fault Send(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
            return Fault.None;
        _connection.Timeouts = Smtp.IsInContent
            ? _times.ForSending(SmtpTimeouts.Standard.DataBlock)
            : _times.ForCommands;
        return _connection.Send(octets);
    }

    /// <inheritdoc/>
    public Fault Receive() => _fault = _connection.Receive(_deadline == Never
        ? Timeout.InfiniteTimeSpan
        : TimeSpan.FromMilliseconds(Math.Max(0, _deadline - Environment.TickCount64)));

    /// <inheritdoc/>
    public void TlsBegun()
    {
        if (Smtp.IsInHandshake)
            Smtp.TlsStarted();
        else
            Smtp.Await();
    }

    /// <inheritdoc/>
    public string? EndWords(Fault fault)
    {
        DialogueEnd? end = Smtp.End;
        return end?.Reply is { } reply ? reply.ToString()
            : fault == Fault.Timeout && _connection.Error is { Fault: Fault.Timeout } error ? error.Text
            : !string.IsNullOrEmpty(end?.Text) ? end.Text
            : null;
    }

    /// <summary>
    /// Looks at what the server has said by now, where it was asked nothing: words that are no answer end the dialogue.
    /// </summary>
    /// <returns>As <see cref="Hear"/>, where they do.</returns>
    public Fault HearUnasked(out Reply? reply)
    {
        reply = null;
        if (Smtp.AwaitsReply || _connection.Unconsumed.IsEmpty)
            return Fault.None;
        Smtp.BeginTurn();
        return Read(out _, out _) == DialogueRead.Ended ? AfterEnd(out reply) : Fault.None;
    }

    /// <summary>
    /// Sends what was said. Where that fails, the server's last words may tell why, and are waited for; not where the
    /// host says that its transport has failed.
    /// </summary>
    /// <param name="words">A refusal that came in place of what the failure kept from it; null: there is none.</param>
    public Fault Flush(out Reply? words)
    {
        words = null;
        Smtp.EndTurn(Output);
        Fault fault = Send(Output.Written);
        Output.Clear();
        Smtp.BeginTurn();
        if (fault == Fault.None)
            return fault;
        _fault = fault;
        if (fault != Fault.Closed || _connection.Error!.Layer == ErrorLayer.Host)
            return Lose(fault, out words);
        Fault heard = Hear(out _, out words);
        return HasEnded ? heard
            : words is { IsPositive: false } ? EndWith(fault, words)
            : Lose(fault, out words);
    }

    /// <summary>Waits for the next reply.</summary>
    /// <param name="reply">
    /// Null: there is none. That is <see cref="Fault.None"/> after QUIT alone. There may be one with another fault.
    /// </param>
    public Fault Hear(out AwaitedReply answered, out Reply? reply)
    {
        while (true)
        {
            DialogueRead read = Read(out answered, out reply);
            if (read == DialogueRead.Reply)
                return Fault.None;
            if (read == DialogueRead.Ended)
                return AfterEnd(out reply);
            Fault fault = Receive();
            if (fault == Fault.None)
                continue;
            return fault is Fault.Closed or Fault.Timeout
                && Smtp.TryReadUnfinished(hadTime: false, out answered, out Reply begun)
                    ? EndWith(fault, reply = begun)
                    : Lose(fault, out reply);
        }
    }

    private DialogueRead Read(out AwaitedReply answered, out Reply? reply)
    {
        ReadOnlySpan<byte> all = _connection.Unconsumed;
        ReadOnlySpan<byte> rest = all;
        DialogueRead read = Smtp.Read(ref rest, out answered, out Reply found);
        reply = read == DialogueRead.Reply ? found : null;
        ReadOnlySpan<byte> taken = all[..(all.Length - rest.Length)];
        _raw.Add(taken);
        _connection.Consume(taken.Length);
        if (read is DialogueRead.Reply or DialogueRead.Ended)
            Raw = _raw.Take();
        return read;
    }

    /// <summary>A refusal, though not all of it is there, or what it is about was not sent whole.</summary>
    private Fault EndWith(Fault fault, Reply refusal)
    {
        Raw = null;
        Smtp.Abandon(new DialogueEnd(fault, refusal));
        return Fault.None;
    }

    private Fault Lose(Fault fault, out Reply? reply)
    {
        if (fault == Fault.Timeout)
            Smtp.Expire(ExpiryReason.Idle);
        else
            Smtp.Closed();
        return AfterEnd(out reply);
    }

    /// <summary>
    /// A refusal with which the server ends the dialogue is its verdict on what was asked. In the middle of content it
    /// is why the content did not arrive.
    /// </summary>
    private Fault AfterEnd(out Reply? reply)
    {
        DialogueEnd end = Smtp.End!;
        reply = end.Reply;
        bool isRefusal = end.Fault is Fault.RefusedTemporary or Fault.RefusedPermanent;
        bool isVerdict = isRefusal && reply is { IsPositive: false };
        return !isVerdict ? end.Fault : Smtp.Stage == SmtpStage.Content ? Fault.Closed : Fault.None;
    }
}
