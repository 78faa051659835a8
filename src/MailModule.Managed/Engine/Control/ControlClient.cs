using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Control;

/// <summary>
/// A way to the engine of another process: its queue, as if it were here. Any thread; one request at a time. A
/// connection that the engine has let go for idleness is made anew. <see cref="Fault.Timeout"/>,
/// <see cref="Fault.Closed"/>, <see cref="Fault.Protocol"/>: nothing more can be asked.
/// </summary>
public sealed class ControlClient : IMailQueue, IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _path;
    private LocalSocket _socket;
    private FrameStream _stream;
    private bool _hasState;
    private Fault _broken;

    private ControlClient(string path, LocalSocket socket)
    {
        _path = path;
        _socket = socket;
        _stream = new FrameStream(socket, ControlProtocol.AnswerLimit);
    }

    /// <summary>
    /// <see cref="Fault.NotSupported"/> where there are no such sockets; <see cref="Fault.NotFound"/>: no file is
    /// there; <see cref="Fault.Connect"/>: nobody listens; <see cref="Fault.Io"/>: it may not be opened.
    /// </summary>
    /// <param name="path">Of the socket, or of the folder it lies in.</param>
    public static Fault Open(string path, out ControlClient? client)
    {
        client = null;
        if (!LocalSocket.IsPossible)
            return FaultReason.Because(Fault.NotSupported, "this system has no local sockets that files guard");
        path = Path.GetFullPath(path);
        if (Directory.Exists(path))
            path = ControlPath.In(path);
        Fault fault = Connect(path, out LocalSocket? socket);
        if (fault == Fault.None)
            client = new ControlClient(path, socket!);
        return fault;
    }

    /// <summary>Another connection to the same engine.</summary>
    public Fault OpenAnother(out ControlClient? client)
    {
        client = null;
        Fault fault = Connect(_path, out LocalSocket? socket);
        if (fault == Fault.None)
            client = new ControlClient(_path, socket!);
        return fault;
    }

    public Fault TryCount(out QueueCounts counts)
    {
        counts = default;
        lock (_lock)
        {
            Fault fault = Ask(FrameWriter.Of(ControlVerb.Counts), out FrameReader answer);
            if (fault != Fault.None)
                return fault;
            counts = new QueueCounts(
                answer.Number(), answer.Number(), answer.Number(), answer.Number(), answer.Number(), answer.Number(),
                answer.Number(), answer.Number());
            return Whole(answer);
        }
    }

    /// <summary>As <see cref="List"/>, with its fault.</summary>
    public Fault TryList(out IReadOnlyList<string> ids)
    {
        var all = new List<string>();
        ids = all;
        lock (_lock)
        {
            int before;
            do
            {
                before = all.Count;
                FrameWriter request = FrameWriter.Of(ControlVerb.List);
                request.Number(before);
                Fault fault = Ask(request, out FrameReader answer);
                if (fault != Fault.None)
                    return fault;
                while (!answer.IsWhole && !answer.IsBroken)
                    all.Add(answer.Text());
                if (answer.IsBroken)
                    return Break();
            }
            while (all.Count > before);
            return Fault.None;
        }
    }

    public QueueCounts Counts => TryCount(out QueueCounts counts) == Fault.None ? counts : default;

    public IReadOnlyList<string> List() => TryList(out IReadOnlyList<string> ids) == Fault.None ? ids : [];

    public Fault Find(string id, out QueuedMessageView? message)
    {
        message = null;
        lock (_lock)
        {
            FrameWriter request = FrameWriter.Of(ControlVerb.Find);
            request.Text(id);
            Fault fault = Ask(request, out FrameReader answer);
            if (fault != Fault.None)
                return fault;
            message = QueuedMessageForm.Read(ref answer);
            return message is null ? Break() : Fault.None;
        }
    }

    public Fault OpenContent(string id, out Stream? content)
    {
        content = null;
        lock (_lock)
        {
            FrameWriter request = FrameWriter.Of(ControlVerb.OpenContent);
            request.Text(id);
            Fault fault = Ask(request, out FrameReader answer);
            if (fault == Fault.None)
                fault = Whole(answer);
            if (fault != Fault.None)
                return fault;
            _hasState = true;
        }
        content = new ControlledContent(this);
        return Fault.None;
    }

    public Fault Retry(string? id) => Change(ControlVerb.Retry, id);

    public Fault Hold(string? id) => Change(ControlVerb.Hold, id);

    public Fault Release(string? id) => Change(ControlVerb.Release, id);

    public Fault Remove(string? id) => Change(ControlVerb.Remove, id);

    public Fault Redirect(string id, MailAddress? recipient, MailAddress target, out string newId)
    {
        newId = "";
        FrameWriter request = FrameWriter.Of(ControlVerb.Redirect);
        request.Text(id);
        request.Text(recipient?.Text);
        request.Text(target.Text);
        lock (_lock)
        {
            Fault fault = Ask(request, out FrameReader answer);
            if (fault != Fault.None)
                return fault;
            newId = answer.Text();
            return Whole(answer);
        }
    }

    /// <summary>Nobody hears of another process's events.</summary>
    public void SetListener(Action<QueueEvent>? listener)
    {
    }

    /// <summary>
    /// Hands a message to the queue of the other engine; durable when it returns. <see cref="Fault.Argument"/>: an
    /// address; <see cref="Fault.Io"/>: the content cannot be read.
    /// </summary>
    /// <param name="to">One at least.</param>
    /// <param name="read">Gives the content, on the caller's thread: 0 at the end, below 0 for a failure.</param>
    public Fault Send(
        string from, IReadOnlyList<string> to, Func<Memory<byte>, int> read,
        out IReadOnlyList<ControlledRecipient> results)
    {
        results = [];
        if (to.Count == 0)
            return FaultReason.Because(Fault.Argument, "the message has no recipient");
        lock (_lock)
        {
            FrameWriter request = FrameWriter.Of(ControlVerb.BeginMessage);
            request.Text(from);
            request.Number(to.Count);
            foreach (string address in to)
                request.Text(address);
            if (request.Length > ControlProtocol.RequestLimit)
                return FaultReason.Because(Fault.Limit, "too many recipients for one message");
            Fault fault = AskPlainly(request);
            _hasState = true;
            if (fault == Fault.None)
                fault = SendContent(read);
            if (fault == Fault.None)
                fault = End(out results);
            _hasState = false;
            return fault;
        }
    }

    internal Fault ReadContent(Span<byte> buffer, ref ReadOnlyMemory<byte> rest, out int count)
    {
        count = 0;
        lock (_lock)
        {
            if (rest.IsEmpty)
            {
                Fault fault = Ask(FrameWriter.Of(ControlVerb.ReadContent), out FrameReader answer);
                if (fault != Fault.None)
                    return fault;
                rest = answer.Octets().ToArray();
                if (Whole(answer) != Fault.None)
                    return _broken;
            }
            count = Math.Min(rest.Length, buffer.Length);
            rest.Span[..count].CopyTo(buffer);
            rest = rest[count..];
            return Fault.None;
        }
    }

    internal void EndContent()
    {
        lock (_lock)
            _hasState = false;
    }

    public void Dispose() => _socket.Dispose();

    private Fault Change(ControlVerb verb, string? id)
    {
        FrameWriter request = FrameWriter.Of(verb);
        request.Text(id);
        lock (_lock)
            return AskPlainly(request);
    }

    private Fault SendContent(Func<Memory<byte>, int> read)
    {
        byte[] piece = new byte[ControlProtocol.PieceLength];
        int count;
        while ((count = read(piece)) > 0)
        {
            FrameWriter request = FrameWriter.Of(ControlVerb.AddContent);
            request.Octets(piece.AsSpan(0, count));
            Fault fault = AskPlainly(request);
            if (fault != Fault.None)
                return fault;
        }
        return count == 0 ? Fault.None : FaultReason.Because(Fault.Io, "the content could not be read");
    }

    private Fault End(out IReadOnlyList<ControlledRecipient> results)
    {
        results = [];
        Fault fault = Ask(FrameWriter.Of(ControlVerb.EndMessage), out FrameReader answer);
        if (fault != Fault.None)
            return fault;
        var all = new List<ControlledRecipient>();
        int count = answer.Number();
        for (int i = 0; i < count && !answer.IsBroken; i++)
            all.Add(ControlledRecipient.Read(ref answer));
        results = all;
        return Whole(answer);
    }

    private Fault AskPlainly(FrameWriter request)
    {
        Fault fault = Ask(request, out FrameReader answer);
        return fault == Fault.None ? Whole(answer) : fault;
    }

    // With the lock held. The answer's values live until the next request.
    private Fault Ask(FrameWriter request, out FrameReader answer)
    {
        answer = default;
        if (request.Length > ControlProtocol.RequestLimit)
            return FaultReason.Because(Fault.Argument, "a text longer than any id or address");
        Fault fault = _broken != Fault.None
            ? FaultReason.Because(_broken, "the connection has ended before")
            : ConnectAgain();
        ReadOnlyMemory<byte> frame = default;
        if (fault == Fault.None)
            fault = _stream.Send(request);
        if (fault == Fault.None)
            fault = _stream.Receive(ControlProtocol.AnswerTime, out frame);
        if (fault != Fault.None)
            return _broken = fault;
        answer = new FrameReader(frame.Span);
        fault = (Fault)answer.Number();
        string reason = answer.Text();
        if (answer.IsBroken || fault < Fault.None)
            return Break();
        return fault == Fault.None ? fault : FaultReason.Because(fault, reason);
    }

    // What is readable when no answer is due is the end.
    private Fault ConnectAgain()
    {
        if (!_socket.WaitForInput(TimeSpan.Zero))
            return Fault.None;
        if (_hasState || Connect(_path, out LocalSocket? socket) != Fault.None)
            return FaultReason.Because(Fault.Closed, "the other process has ended");
        _socket.Dispose();
        _socket = socket!;
        _stream = new FrameStream(_socket, ControlProtocol.AnswerLimit);
        return Fault.None;
    }

    private Fault Whole(FrameReader answer) => answer.IsWhole ? Fault.None : Break();

    private Fault Break()
        => _broken = FaultReason.Because(Fault.Protocol, "an answer that this version does not understand");

    private static Fault Connect(string path, out LocalSocket? socket)
    {
        int result = LocalSocket.TryConnect(path, ControlProtocol.AnswerTime, out socket);
        Fault fault = result switch
        {
            >= 0 => Greeted(socket!),
            -Errno.NoEntry => FaultReason.Because(
                Fault.NotFound, $"{path}: no socket is there: no engine runs, or its setting control is off"),
            -Errno.Refused => FaultReason.Because(Fault.Connect, $"{path}: nobody listens there any more"),
            -Errno.Again => FaultReason.Because(Fault.Timeout, $"{path}: the engine does not answer"),
            _ => FaultReason.Because(Fault.Io, $"{path}: {SystemFault.WordsOf(-result)}"),
        };
        if (fault == Fault.None)
            return fault;
        socket?.Dispose();
        socket = null;
        return fault;
    }

    // Messages are for the engine of this user, or of root; root's may go to any.
    private static Fault Greeted(LocalSocket socket)
    {
        uint us = FileOwner.Us.User;
        if (us != FileOwner.Root && socket.PeerUser is { } user && user != us && user != FileOwner.Root)
            return FaultReason.Because(Fault.Io, "the engine belongs to another user");
        byte[] greeting = new byte[ControlProtocol.GreetingLength];
        int count = socket.ReceiveAll(greeting, ControlProtocol.AnswerTime);
        if (count > 0)
            return ControlProtocol.Check(greeting);
        return count == -Errno.Again
            ? FaultReason.Because(Fault.Timeout, "the engine does not answer")
            : FaultReason.Because(Fault.Closed, "the other process has ended");
    }
}
