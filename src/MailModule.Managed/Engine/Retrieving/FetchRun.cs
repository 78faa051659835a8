using MailModule.Delivery.Outgoing;
using MailModule.Engine.Connecting;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// One look at a mailbox elsewhere: what is new there is fetched into the spool, and what was fetched is deleted there,
/// unless it is to be kept. One use; blocks: workers only.
/// </summary>
/// <remarks>
/// Invariant: a message is deleted there only when it is in the spool here and known as fetched, both durably
/// (<see cref="FetchedMail"/>); and none that is known is fetched again. So a look may end anywhere. Where QUIT was not
/// confirmed it is not known what was deleted: the next list tells, and what is still in it is deleted then.
/// </remarks>
internal sealed class FetchRun
{
    private readonly FetchDependencies _dependencies;
    private readonly OutsideMailbox _mailbox;
    private readonly IOutsideSession _session;
    private readonly CancellationToken _cancel;
    private readonly List<OutsideMessage> _messages = [];
    private readonly List<string> _deleted = [];
    private HashSet<string> _known = [];
    private FetchResult _result;

    /// <param name="session">Not opened; its caller disposes of it.</param>
    public FetchRun(
        FetchDependencies dependencies, OutsideMailbox mailbox, IOutsideSession session, CancellationToken cancel)
    {
        _dependencies = dependencies;
        _mailbox = mailbox;
        _session = session;
        _cancel = cancel;
        _result = new FetchResult(mailbox.Name);
    }

    /// <summary>So far. Any thread.</summary>
    public FetchResult Result => Volatile.Read(ref _result);

    public FetchResult Run()
    {
        Volatile.Write(ref _result, _result with { Began = Now });
        Fault fault;
        try
        {
            fault = Look();
        }
        catch (Exception exception)
        {
            // The mailbox there is as it was, and what is in the spool is known.
            _dependencies.Log.Write(LogLevel.Error, "fetch", $"{_mailbox.Name}: {exception}");
            fault = Failed(Fault.Internal, "", ClientStage.None);
        }
        Volatile.Write(ref _result, _result with { Ended = Now });
        Tell();
        return _result;
    }

    private DateTimeOffset Now => _dependencies.Time.GetUtcNow();

    private Fault Look()
    {
        if (FindRecipient() is not { } recipient)
            return Failed(Fault.NotFound, $"nobody here is {_mailbox.LocalUser}", ClientStage.None);
        Fault fault = _dependencies.Fetched.Load(_mailbox.Key, out _known);
        if (fault != Fault.None)
            return FailedHere(fault);
        fault = _session.Open(_mailbox, _cancel);
        if (fault == Fault.None)
            fault = _session.List(_messages.Add);
        if (fault != Fault.None)
            return FailedThere(fault);
        Volatile.Write(ref _result, _result with { Found = _messages.Count });
        fault = _dependencies.Fetched.Compare(_mailbox.Key, _messages.Select(one => one.UniqueId).ToHashSet());
        if (fault != Fault.None)
            return FailedHere(fault);
        return TakeAll(recipient) ? Quit() : _result.Fault;
    }

    private Fault Quit()
    {
        Fault fault = _session.Quit();
        if (fault != Fault.None)
            return FailedThere(fault);
        _dependencies.Fetched.Deleted(_mailbox.Key, _deleted);
        Volatile.Write(ref _result, _result with { Deleted = _deleted.Count });
        return _result.Fault;
    }

    // False: the session is over.
    private bool TakeAll(Recipient recipient)
    {
        HashSet<string> unclear = FindUnclear();
        foreach (OutsideMessage message in _messages)
        {
            if (_cancel.IsCancellationRequested)
            {
                Failed(Fault.Cancelled, "", ClientStage.None);
                return false;
            }
            if (!message.HasGoodId || unclear.Contains(message.UniqueId))
                Leave(Fault.Protocol, $"the server gives message {message.Number} no unique id of its own");
            else if (!TakeOne(message, recipient, out bool goesOn))
                return goesOn;
        }
        return true;
    }

    // RFC 1939 §7: two copies of one message may have one id. Two that differ may not: they cannot be told apart later,
    // and to delete one as the other would lose it. Nor can those whose size the server does not tell.
    private HashSet<string> FindUnclear()
        => [.. _messages.GroupBy(one => one.UniqueId)
            .Where(same => same.Count() > 1)
            .Where(same => same.Any(one => one.Octets == 0 || one.Octets != same.First().Octets))
            .Select(same => same.Key)];

    // False: no more are taken.
    private bool TakeOne(OutsideMessage message, Recipient recipient, out bool goesOn)
    {
        goesOn = true;
        bool isKnown = _known.Contains(message.UniqueId);
        if (isKnown)
            Volatile.Write(ref _result, _result with { Known = _result.Known + 1 });
        else if (_mailbox.Most > 0 && _result.Fetched >= _mailbox.Most)
            return true;
        else if (message.Octets > _dependencies.SizeLimit())
            LeaveLarge(message);
        else if (_dependencies.Check?.HasRoom(recipient, message.Octets) == false)
            Leave(Fault.Full, $"message {message.Number} ({message.UniqueId}): the mailbox here is full");
        else if (!TryFetch(message, recipient, out goesOn))
            return false;
        if (_mailbox.Keeps || !_known.Contains(message.UniqueId))
            return true;
        Fault fault = _session.Delete(message.Number);
        if (fault == Fault.None)
            _deleted.Add(message.UniqueId);
        else if (!IsRefusal(fault))
            FailedThere(fault);
        else
            Miss(fault, _session.Problem);
        return goesOn = fault == Fault.None || IsRefusal(fault);
    }

    // True: the next message may be looked at. Else, where the session goes on, what was fetched is deleted still.
    private bool TryFetch(OutsideMessage message, Recipient recipient, out bool goesOn)
    {
        using var content = new SubmissionContent(_dependencies.ScratchFolder(), _dependencies.Disk);
        long limit = _dependencies.SizeLimit(), octets = 0;
        Fault fault = _session.Retrieve(message.Number, piece =>
        {
            octets += piece.Length;
            // What the server did not tell of before has to be read, or the session would be over.
            return octets > limit ? Fault.None : content.Write(piece);
        });
        goesOn = true;
        if (fault == Fault.None && octets > limit)
            LeaveLarge(message);
        else if (fault == Fault.None)
            return TryStore(message, recipient, content);
        else if (IsRefusal(fault))
            Leave(fault, _session.Problem);
        else
        {
            goesOn = false;
            _ = content.Problem.Length > 0 ? Failed(fault, content.Problem, ClientStage.None) : FailedThere(fault);
        }
        return goesOn;
    }

    // A fault is the spool's: what it cannot take stays there, and so does what follows.
    private bool TryStore(OutsideMessage message, Recipient recipient, SubmissionContent content)
    {
        Fault fault = content.Finish();
        long octets = content.Length;
        var mail = new FetchedMail(_dependencies, _mailbox, recipient, content);
        if (fault == Fault.None)
            fault = mail.Store(message.UniqueId, _cancel);
        if (fault == Fault.RefusedTemporary)
        {
            string reason = $"{FaultReason.Take(fault)}; it stays there";
            Leave(fault, $"message {message.Number} ({message.UniqueId}): {reason}");
            return true;
        }
        if (fault != Fault.None)
        {
            FailedHere(fault);
            return false;
        }
        _known.Add(message.UniqueId);
        Volatile.Write(ref _result, _result with
        {
            Fetched = _result.Fetched + 1,
            Octets = _result.Octets + octets,
            Refused = _result.Refused + (mail.Refusal is null ? 0 : 1),
        });
        string why = mail.Refusal is { } refusal ? $", into the folder {refusal.Folder}: {refusal.Why}" : "";
        _dependencies.Log.Write(
            LogLevel.Info, "fetch",
            $"{mail.Id}: from {_mailbox.Name} ({message.UniqueId}), {octets} octets, for {recipient.Maildrop}{why}");
        return true;
    }

    private Recipient? FindRecipient()
    {
        RelayPolicy policy = _dependencies.Policy();
        string name = _mailbox.LocalUser;
        if (name.Contains('@') && MailAddress.TryParse(name, out MailAddress address)
            && policy.CheckRecipient(address, mayRelay: false).Maildrop is { } maildrop)
            return new Recipient(address, maildrop);
        return policy.Accounts.Find(name) is { MayReadMail: true } user && AddressOf(user.Name) is { } own
            ? new Recipient(own, user.Name)
            : null;
    }

    private MailAddress? AddressOf(string user)
        => MailAddress.TryParse(user.Contains('@') ? user : $"{user}@{_dependencies.HostName()}", out MailAddress own)
            ? own
            : null;

    private void LeaveLarge(OutsideMessage message)
        => Leave(Fault.Limit, $"message {message.Number} ({message.UniqueId}) is larger than smtp_msg_limit");

    private void Leave(Fault fault, string text)
    {
        Volatile.Write(ref _result, _result with { Left = _result.Left + 1 });
        Miss(fault, text);
    }

    // The look goes on; the first of these is told.
    private void Miss(Fault fault, string text)
    {
        if (_result.Fault == Fault.None)
            Failed(fault, text, IsRefusal(fault) ? _session.Stage : ClientStage.None);
    }

    private Fault FailedHere(Fault fault)
        => Failed(fault, FaultReason.Take(fault) ?? FaultWords.Of(fault), ClientStage.None);

    private Fault FailedThere(Fault fault) => Failed(fault, _session.Problem, _session.Stage);

    private Fault Failed(Fault fault, string text, ClientStage stage)
    {
        Volatile.Write(ref _result, _result with { Fault = fault, Text = text, Stage = stage });
        return fault;
    }

    private static bool IsRefusal(Fault fault) => fault is Fault.RefusedTemporary or Fault.RefusedPermanent;

    private void Tell()
    {
        if (_result.Fault == Fault.None)
            _dependencies.Log.Write(
                _result.Fetched + _result.Deleted > 0 ? LogLevel.Info : LogLevel.Debug, "fetch",
                $"{_mailbox.Name}: {_result.Found} messages, {_result.Fetched} fetched, {_result.Deleted} deleted");
        else if (_result.Fault != Fault.Cancelled)
            _dependencies.Log.Write(
                LogLevel.Warning, "fetch", $"{_mailbox.Name}: {FaultWords.Of(_result.Fault)}; {_result.Text}");
    }
}
