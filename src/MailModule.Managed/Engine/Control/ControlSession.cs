using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Queue;
using MailModule.Engine.Sending;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Engine.Control;

/// <summary>
/// One control connection: requests and answers in turn, until either side ends it. What a request says wrong ends it
/// too, after the answer. One thread.
/// </summary>
internal sealed class ControlSession(FrameStream stream, ControlSubject subject, Log log) : IDisposable
{
    /// <summary>A client that asks nothing for so long is let go; it comes again when it wants something.</summary>
    private static readonly TimeSpan s_idleTime = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_durableTime = TimeSpan.FromSeconds(25);

    private readonly FrameWriter _answer = new();
    private readonly byte[] _piece = new byte[ControlProtocol.PieceLength];
    private Stream? _content;
    private string _contentId = "";
    private ISending? _message;
    private IReadOnlyList<string>? _ids;

    private static Fault Malformed => FaultReason.Because(Fault.Protocol, "a request that this version does not know");

    public void Run()
    {
        bool goesOn = true;
        while (goesOn)
        {
            Fault fault = stream.Receive(s_idleTime, out ReadOnlyMemory<byte> request);
            if (fault is not (Fault.None or Fault.Protocol))
                return;
            goesOn = fault == Fault.None && Answer(request.Span);
            if (fault != Fault.None)
                Result(fault);
            goesOn = stream.Send(_answer) == Fault.None && goesOn;
        }
    }

    public void Dispose()
    {
        _content?.Dispose();
        _message?.Dispose();
    }

    // Makes the answer. False: it is the last one.
    private bool Answer(ReadOnlySpan<byte> request)
    {
        _answer.Clear();
        FaultReason.Clear();
        var values = new FrameReader(request);
        var verb = (ControlVerb)values.Byte();
        bool isKnown = Answer(verb, ref values);
        if (!isKnown)
            Result(Malformed);
        else if (_answer.Length > ControlProtocol.AnswerLimit)
            Result(FaultReason.Because(Fault.Limit, "the answer is larger than any may be"));
        return isKnown;
    }

    // False: no such verb, or its values are not as they should be; then nothing has happened.
    private bool Answer(ControlVerb verb, ref FrameReader values) => verb switch
    {
        ControlVerb.Counts => values.IsWhole && Counts(),
        ControlVerb.List => List(ref values),
        ControlVerb.Find => Find(ref values),
        ControlVerb.Retry => Change(ref values, subject.Queue.Retry, "retry"),
        ControlVerb.Hold => Change(ref values, subject.Queue.Hold, "hold"),
        ControlVerb.Release => Change(ref values, subject.Queue.Release, "release"),
        ControlVerb.Remove => Change(ref values, subject.Queue.Remove, "remove"),
        ControlVerb.Redirect => Redirect(ref values),
        ControlVerb.OpenContent => OpenContent(ref values),
        ControlVerb.ReadContent => values.IsWhole && ReadContent(),
        ControlVerb.BeginMessage => BeginMessage(ref values),
        ControlVerb.AddContent => AddContent(ref values),
        ControlVerb.EndMessage => values.IsWhole && EndMessage(),
        _ => false,
    };

    // The verb was known, whatever came of it.
    private bool Result(Fault fault)
    {
        _answer.Clear();
        _answer.Result(fault, FaultReason.Take(fault));
        return true;
    }

    private bool Counts()
    {
        QueueCounts counts = subject.Queue.Counts;
        Result(Fault.None);
        int[] numbers =
        [
            counts.Messages, counts.Recipients, counts.Ready, counts.Active, counts.Deferred, counts.Held,
            counts.Failed, counts.Relayed,
        ];
        foreach (int number in numbers)
            _answer.Number(number);
        return true;
    }

    // The ids behind one that the client has: so that a queue of any size takes frames of a bounded one.
    private bool List(ref FrameReader values)
    {
        int from = values.Number();
        if (!values.IsWhole || from < 0)
            return false;
        if (from == 0 || _ids is null)
            _ids = subject.Queue.List();
        Result(Fault.None);
        for (int i = from; i < _ids.Count && _answer.Length < ControlProtocol.PieceLength; i++)
            _answer.Text(_ids[i]);
        if (from >= _ids.Count)
            _ids = null;
        return true;
    }

    private bool Find(ref FrameReader values)
    {
        string id = values.Text();
        if (!values.IsWhole)
            return false;
        Fault fault = subject.Queue.Find(id, out QueuedMessageView? message);
        Result(fault);
        if (fault == Fault.None)
            QueuedMessageForm.Write(_answer, message!);
        return true;
    }

    private bool Change(ref FrameReader values, Func<string?, Fault> change, string verb)
    {
        string? id = values.OptionalText();
        if (!values.IsWhole)
            return false;
        Fault fault = change(id);
        Tell(verb, id, fault);
        return Result(fault);
    }

    private bool Redirect(ref FrameReader values)
    {
        string id = values.Text();
        string? recipient = values.OptionalText();
        string target = values.Text();
        if (!values.IsWhole)
            return false;
        MailAddress? from = null;
        bool isRight = MailAddress.TryParse(target, out MailAddress to)
            && (recipient is null || MailAddress.TryParse(recipient, out from));
        if (!isRight)
            return Result(FaultReason.Because(Fault.Argument, "not an address"));
        Fault fault = subject.Queue.Redirect(id, from, to, out string newId);
        Tell("redirect", id, fault);
        Result(fault);
        _answer.Text(newId);
        return true;
    }

    private bool OpenContent(ref FrameReader values)
    {
        string id = values.Text();
        if (!values.IsWhole)
            return false;
        _content?.Dispose();
        Fault fault = subject.Queue.OpenContent(id, out _content);
        _contentId = id;
        return Result(fault);
    }

    private bool ReadContent()
    {
        if (_content is null)
            return Result(FaultReason.Because(Fault.State, "no content was opened on this connection"));
        int count;
        try
        {
            count = _content.Read(_piece);
        }
        catch (IOException e)
        {
            Fault fault = subject.Queue.Find(_contentId, out _);
            return Result(fault == Fault.None ? FaultReason.Because(Fault.Io, ExceptionWords.Of(e)) : fault);
        }
        Result(Fault.None);
        _answer.Octets(_piece.AsSpan(0, count));
        return true;
    }

    private bool BeginMessage(ref FrameReader values)
    {
        string from = values.Text();
        int count = values.Number();
        _message?.Dispose();
        _message = null;
        Fault fault = subject.NewMessage(from, out ISending? message);
        for (int i = 0; i < count && fault == Fault.None && !values.IsBroken; i++)
            fault = message!.AddRecipient(values.Text(), Notify.Default, null);
        if (fault == Fault.None && values.IsWhole)
            _message = message;
        else
            message?.Dispose();
        return fault != Fault.None ? Result(fault) : values.IsWhole && Result(fault);
    }

    private bool AddContent(ref FrameReader values)
    {
        ReadOnlySpan<byte> octets = values.Octets();
        return values.IsWhole && Result(_message is null ? NoMessage : _message.Write(octets));
    }

    private bool EndMessage()
    {
        if (_message is null)
            return Result(NoMessage);
        Fault fault = _message.Start();
        if (fault == Fault.None)
            fault = _message.Wait(s_durableTime);
        Result(fault);
        if (fault == Fault.None)
            Write(_message);
        Tell("send", null, fault);
        _message.Dispose();
        _message = null;
        return true;
    }

    private static Fault NoMessage => FaultReason.Because(Fault.State, "no message was begun on this connection");

    private void Write(ISending message)
    {
        _answer.Number(message.RecipientCount);
        for (int i = 0; i < message.RecipientCount; i++)
        {
            SubmittedRecipientView recipient = message.Find(i);
            _answer.Text(recipient.Address.Text);
            _answer.Number((int)recipient.State);
            _answer.Text(recipient.QueueId);
            AttemptResultForm.Write(_answer, recipient.Result, hasCodes: false);
        }
    }

    private void Tell(string verb, string? id, Fault fault)
    {
        (Fault of, string? reason) = FaultReason.Current;
        string why = of == fault && reason is not null ? reason : FaultWords.Of(fault);
        string outcome = fault == Fault.None ? "" : $": {why}";
        log.Write(LogLevel.Info, "control", $"{verb}{(id is null ? "" : $" {id}")}{outcome}");
    }
}
