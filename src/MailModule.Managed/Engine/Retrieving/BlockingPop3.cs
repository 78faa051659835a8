using System.Diagnostics;
using MailModule.Engine.Connecting;
using MailModule.Pop3;
using MailModule.Pop3.Client;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;
using MailModule.Transport.Blocking;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// A dialogue of POP3 over a connection that the caller's thread waits for. One thread at a time.
/// </summary>
/// <param name="connection">Open.</param>
/// <param name="limit">What the settings give a server for anything that the times do not.</param>
internal sealed class BlockingPop3(
    BlockingConnection connection, ClientTimes times, TimeSpan limit, Pop3Trace? trace) : IClientDialogue
{
    private readonly ContentLines _lines = new();
    private readonly ServerPace? _pace = times.Speed is { } speed ? new ServerPace(speed) : null;
    private ClientTimes _times = times;
    private bool _hasOneLine;
    private bool _isTooSlow;

    /// <summary>Begins with the wait for the greeting.</summary>
    public Pop3Dialogue Pop3 { get; } = new() { Trace = trace };

    /// <summary>Where the next commands are written to.</summary>
    public Output Output { get; } = new();

    /// <summary>What is being listed, line by line.</summary>
    public Listing Listing { get; private set; }

    /// <summary>The listing is of one message: the first line of the answer is all of it.</summary>
    public bool IsOneLine { get; private set; }

    /// <summary>The answer that was heard last has lines, the end of which was not told yet.</summary>
    public bool MayRead { get; set; }

    /// <summary>By QUIT, by words of the server, or by the loss of the connection.</summary>
    public bool HasEnded => Pop3.End is not null;

    /// <inheritdoc/>
    public int RepliesDue => Pop3.Awaited;

    /// <inheritdoc/>
    public bool AwaitsGreeting => Pop3.AwaitsGreeting;

    /// <inheritdoc/>
    public bool IsInHandshake => Pop3.IsInHandshake;

    /// <inheritdoc/>
    public ClientStage Stage => (Pop3.Next ?? Pop3.Answered) switch
    {
        AnswerTo.Greeting => ClientStage.Greeting,
        AnswerTo.Capa => ClientStage.Hello,
        AnswerTo.Stls => ClientStage.Tls,
        AnswerTo.Login or AnswerTo.Auth => ClientStage.Auth,
        AnswerTo.Message => ClientStage.Content,
        _ => ClientStage.Other,
    };

    /// <inheritdoc/>
    public string? StageName => Stage == ClientStage.Greeting ? "the greeting" : null;

    /// <inheritdoc/>
    public ClientTimes Times
    {
        set => _times = value;
    }

    /// <inheritdoc/>
    public void TlsBegun()
    {
        if (Pop3.IsInHandshake)
            Pop3.TlsStarted();
    }

    /// <inheritdoc/>
    public string? EndWords(Fault fault)
    {
        Pop3End? end = Pop3.End;
        return end?.Reply is { } reply ? end.Text.Length == 0 ? reply.Raw : $"{end.Text}: {reply.Raw}"
            : !string.IsNullOrEmpty(end?.Text) ? end.Text
            : fault != Fault.Closed && connection.Error is { } error && error.Fault == fault ? error.Text
            : null;
    }

    /// <summary>The lines that follow are those of a listing, until there are no more.</summary>
    public void BeginLines(Listing listing, bool isOneLine = false)
    {
        _lines.Clear();
        MayRead = false;
        (Listing, IsOneLine, _hasOneLine) = (listing, isOneLine, isOneLine);
    }

    /// <summary>Whether the one line of a listing is still to be told; it is told once.</summary>
    public bool TakeOneLine()
    {
        bool has = _hasOneLine;
        _hasOneLine = false;
        return has;
    }

    /// <summary>
    /// Looks at what the server has said by now, where it was asked nothing: words that are no answer end the dialogue.
    /// </summary>
    /// <returns>As <see cref="Hear"/>, where they do.</returns>
    public Fault HearUnasked(out Pop3Reply? reply)
    {
        reply = null;
        if (Pop3.Awaited > 0 || Pop3.IsInContent || connection.Unconsumed.IsEmpty)
            return Fault.None;
        return Read(out _) == Pop3Read.Ended ? AfterEnd(out reply) : Fault.None;
    }

    /// <summary>
    /// Sends what was said. Where that fails, the server's last words may tell why, and are waited for; not where the
    /// host says that its transport has failed.
    /// </summary>
    /// <param name="words">A refusal that came in place of what the failure kept from it; null: there is none.</param>
    public Fault Flush(out Pop3Reply? words)
    {
        words = null;
        connection.Timeouts = _times.ForSending(limit);
        Fault fault = Output.Length == 0 ? Fault.None : connection.Send(Output.Written);
        Output.Clear();
        if (fault == Fault.None)
            return fault;
        if (fault == Fault.Closed && connection.Error!.Layer != ErrorLayer.Host && !Pop3.IsInContent
            && Hear(out words) == Fault.None && words is { Status: Pop3Status.Err })
        {
            Pop3.Closed(fault, "", words);
            return Fault.None;
        }
        return HasEnded ? AfterEnd(out words) : Lose(fault, out words);
    }

    /// <summary>Waits for the first line of the next answer.</summary>
    /// <param name="reply">Null: there is none. That is <see cref="Fault.None"/> after QUIT alone.</param>
    public Fault Hear(out Pop3Reply? reply)
    {
        TimeSpan time = _times.ForReply(limit, limit);
        bool isEndless = time == Timeout.InfiniteTimeSpan || time.TotalMilliseconds > int.MaxValue;
        long deadline = isEndless ? long.MaxValue : Environment.TickCount64 + (long)time.TotalMilliseconds;
        while (true)
        {
            Pop3Read read = Read(out Pop3Reply found);
            reply = found;
            if (read == Pop3Read.Reply)
            {
                _pace?.Answered();
                return Fault.None;
            }
            if (read == Pop3Read.Ended)
                return AfterEnd(out reply);
            Fault fault = Receive(isEndless
                ? Timeout.InfiniteTimeSpan
                : TimeSpan.FromMilliseconds(Math.Max(0, deadline - Environment.TickCount64)));
            if (fault != Fault.None)
                return Lose(fault, out reply);
        }
    }

    /// <summary>
    /// Reads on in the lines of an answer: at least one octet, or their end. As long as the server says something, the
    /// time that it may be silent for begins again.
    /// </summary>
    /// <param name="isEnd">The answer is whole: nothing follows.</param>
    public Fault ReadContent(Span<byte> into, out int count, out bool isEnd)
    {
        count = 0;
        isEnd = false;
        while (true)
        {
            ReadOnlySpan<byte> all = connection.Unconsumed;
            ReadOnlySpan<byte> rest = all;
            count = Pop3.ReadContent(ref rest, into, out isEnd);
            connection.Consume(all.Length - rest.Length);
            if (count > 0 || isEnd)
                return Fault.None;
            Fault fault = Receive(_times.ForReply(limit, limit));
            if (fault != Fault.None)
                return Lose(fault, out _);
        }
    }

    /// <summary>Reads the next line of an answer.</summary>
    /// <param name="line">Valid until the next call; of no length at the end too.</param>
    public Fault ReadLine(out ReadOnlySpan<byte> line, out bool isEnd)
    {
        isEnd = false;
        while (!_lines.TryTake(!Pop3.IsInContent, out line))
        {
            isEnd = !Pop3.IsInContent;
            if (isEnd)
            {
                Listing = Listing.None;
                return Fault.None;
            }
            Span<byte> room = _lines.Room();
            if (room.IsEmpty)
                return Break("a line of the server's answer has no end");
            Fault fault = ReadContent(room, out int count, out _);
            if (fault != Fault.None)
                return fault;
            _lines.Added(count);
        }
        return Fault.None;
    }

    /// <summary>Passes over what is left of an answer's lines.</summary>
    public Fault SkipContent()
    {
        BeginLines(Listing.None);
        Span<byte> into = stackalloc byte[4096];
        Fault fault = Fault.None;
        while (Pop3.IsInContent && fault == Fault.None)
            fault = ReadContent(into, out _, out _);
        return fault;
    }

    /// <summary>The server breaks the protocol, with which the dialogue ends.</summary>
    public Fault Break(string text)
    {
        Pop3.Closed(Fault.Protocol, text);
        return Fault.Protocol;
    }

    private Fault Receive(TimeSpan atMost)
    {
        if (_pace is null)
            return connection.Receive(atMost);
        _isTooSlow = _pace.Left <= TimeSpan.Zero;
        if (_isTooSlow)
            return Fault.Timeout;
        TimeSpan left = connection.Tls is null ? _pace.Left : _pace.LeftOfRecord;
        connection.Timeouts = _times.ForSending(limit) with { InAll = left };
        int before = connection.Unconsumed.Length;
        long begun = Stopwatch.GetTimestamp();
        Fault fault = connection.Receive(atMost);
        TimeSpan waited = Stopwatch.GetElapsedTime(begun);
        _pace.Waited(waited, connection.Unconsumed.Length - before);
        // Not where it was silent for as long as it may be.
        _isTooSlow = fault == Fault.Timeout && (left < atMost || connection.Tls is not null && waited >= left);
        return fault;
    }

    private Pop3Read Read(out Pop3Reply reply)
    {
        ReadOnlySpan<byte> all = connection.Unconsumed;
        ReadOnlySpan<byte> rest = all;
        Pop3Read read = Pop3.Read(ref rest, out reply);
        connection.Consume(all.Length - rest.Length);
        return read;
    }

    private Fault Lose(Fault fault, out Pop3Reply? reply)
    {
        string text = Pop3.IsInContent && fault == Fault.Closed
            ? "the connection was lost in the middle of an answer"
            : _isTooSlow ? _pace!.Words
            : fault == Fault.Closed ? "" : connection.Error?.Text ?? "";
        Pop3.Closed(fault, text);
        return AfterEnd(out reply);
    }

    private Fault AfterEnd(out Pop3Reply? reply)
    {
        reply = Pop3.End!.Reply;
        return Pop3.End.Fault;
    }
}
