using MailModule.Delivery.Outgoing;
using MailModule.Engine.Connecting;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// One session of a look (<see cref="FetchRun"/>): what is new is fetched, and what was fetched is deleted. Messages at
/// which sessions have ended come last, and only where nothing is marked as deleted, which their end would undo. One
/// use.
/// </summary>
/// <param name="session">Not opened; its caller disposes of it.</param>
internal sealed class FetchPass(
    FetchDependencies dependencies, OutsideMailbox mailbox, Recipient recipient, IOutsideSession session,
    FetchProgress progress, CancellationToken cancel)
{
    private const long LeastSkipped = 1 << 20;

    private readonly List<OutsideMessage> _messages = [];
    private readonly List<string> _deleted = [];
    private readonly HashSet<string> _counted = [];
    private IReadOnlyDictionary<string, BreakingMessage> _breaking = new Dictionary<string, BreakingMessage>();

    // What the server refused last, with nothing done since.
    private OutsideMessage? _refused;

    // Null: the session goes on.
    private FetchPassEnd? _end;

    public FetchPassEnd Run()
    {
        progress.Message = null;
        Fault fault = session.Open(mailbox, cancel);
        if (fault == Fault.None)
            fault = session.List(_messages.Add);
        if (fault != Fault.None)
        {
            FailedThere(fault);
            return FetchPassEnd.NotBegun;
        }
        progress.Result = progress.Result with
        {
            Found = progress.Result.Deleted + _messages.Count,
            Fault = Fault.None,
            Stage = ClientStage.None,
            Text = "",
            Left = 0,
        };
        var listed = _messages.Select(one => one.UniqueId).ToHashSet();
        fault = dependencies.Fetched.Compare(mailbox.Key, listed);
        if (fault != Fault.None)
        {
            FailedHere(fault);
            return FetchPassEnd.Over;
        }
        // As the file does: the server may give the id of what is gone to another message.
        progress.Known.ExceptWith(progress.Deleted.Where(id => !listed.Contains(id)));
        _breaking = dependencies.Breaking.Of(mailbox.Key, listed);
        FetchPassEnd end = TakeAndQuit();
        progress.Counted.UnionWith(_counted);
        return end;
    }

    private FetchPassEnd TakeAndQuit()
    {
        ILookup<bool, OutsideMessage> parts = _messages.ToLookup(one => _breaking.ContainsKey(one.UniqueId));
        foreach (OutsideMessage message in parts[true].Where(one => !IsToTry(one)))
            LeaveBreaking(message, _breaking[message.UniqueId]);
        OutsideMessage[] last = [.. parts[true].Where(IsToTry).OrderBy(one => _breaking[one.UniqueId].Due)];
        bool takesMore = TakeAll(parts[false]);
        if (_end is { } end)
            return end;
        if (takesMore && last.Length > 0 && _deleted.Count == 0)
        {
            TakeAll(last);
            last = [];
        }
        if (_end is { } late)
            return late;
        foreach (OutsideMessage message in last)
            LeaveBreaking(message, _breaking[message.UniqueId]);
        if (!Quit())
            return _end ?? FetchPassEnd.Over;
        return takesMore && last.Length > 0 && !HasMost ? FetchPassEnd.BreakingWait : FetchPassEnd.Over;
    }

    private bool HasMost => mailbox.Most > 0 && progress.Result.Fetched >= mailbox.Most;

    private bool IsToTry(OutsideMessage message)
        => !progress.Broken.Contains(message.UniqueId) && dependencies.Breaking.IsDue(_breaking[message.UniqueId]);

    private bool Quit()
    {
        Fault fault = session.Quit();
        if (fault == Fault.None)
        {
            dependencies.Fetched.Deleted(mailbox.Key, _deleted);
            progress.Deleted.UnionWith(_deleted);
            progress.Result = progress.Result with { Deleted = progress.Result.Deleted + _deleted.Count };
            return true;
        }
        if (_refused is { } refused && !IsRefusal(fault) && _deleted.Count > 0)
            Break(refused, fault);
        else
            FailedThere(fault);
        return false;
    }

    // False: no more are taken. Where the session is not over, what was fetched is deleted still.
    private bool TakeAll(IEnumerable<OutsideMessage> messages)
    {
        HashSet<string> unclear = FindUnclear();
        foreach (OutsideMessage message in messages)
        {
            if (cancel.IsCancellationRequested)
            {
                progress.Failed(Fault.Cancelled, "", ClientStage.None);
                _end = FetchPassEnd.Over;
                return false;
            }
            progress.Message = message;
            if (!message.HasGoodId || unclear.Contains(message.UniqueId))
                Leave(Fault.Protocol, $"the server gives message {message.Number} no unique id of its own");
            else if (!TakeOne(message))
                return false;
        }
        progress.Message = null;
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
    private bool TakeOne(OutsideMessage message)
    {
        if (progress.Known.Contains(message.UniqueId))
            CountKnown(message.UniqueId);
        else if (HasMost)
            return true;
        else if (message.Octets > dependencies.SizeLimit())
            LeaveLarge(message);
        else if (dependencies.Check?.HasRoom(recipient, message.Octets) == false)
            Leave(Fault.Full, $"message {message.Number} ({message.UniqueId}): the mailbox here is full");
        else if (!TryFetch(message))
            return false;
        if (mailbox.Keeps || !progress.Known.Contains(message.UniqueId))
            return true;
        Fault fault = session.Delete(message.Number);
        if (fault == Fault.None)
        {
            _deleted.Add(message.UniqueId);
            WentWell(message);
        }
        else if (IsRefusal(fault))
            Refused(message, fault);
        else
            Break(message, fault);
        return _end is null;
    }

    private void CountKnown(string uniqueId)
    {
        _counted.Add(uniqueId);
        if (!progress.Counted.Contains(uniqueId))
            progress.Result = progress.Result with { Known = progress.Result.Known + 1 };
    }

    // True: the next message may be looked at.
    private bool TryFetch(OutsideMessage message)
    {
        using var content = new SubmissionContent(dependencies.ScratchFolder(), dependencies.Disk);
        long limit = dependencies.SizeLimit(), octets = 0;
        Fault fault = session.Retrieve(message.Number, piece =>
        {
            octets += piece.Length;
            // What the server did not tell of before has to be read, or the session would be over. It is over where
            // that has no end.
            return octets <= limit ? content.Write(piece)
                : octets - limit <= Math.Max(limit, LeastSkipped) ? Fault.None
                : Fault.Limit;
        });
        if (fault == Fault.None)
        {
            WentWell(message);
            if (octets <= limit)
                return TryStore(message, content);
            LeaveLarge(message);
        }
        else if (IsRefusal(fault))
        {
            CountLeft();
            Refused(message, fault);
        }
        else if (content.Problem.Length > 0)
        {
            progress.Failed(fault, content.Problem, ClientStage.None);
            _end = FetchPassEnd.Over;
        }
        else
            Break(message, fault);
        return _end is null;
    }

    // A fault is the spool's: what it cannot take stays there, and so does what follows.
    private bool TryStore(OutsideMessage message, SubmissionContent content)
    {
        Fault fault = content.Finish();
        long octets = content.Length;
        var mail = new FetchedMail(dependencies, mailbox, recipient, content);
        if (fault == Fault.None)
            fault = mail.Store(message.UniqueId, cancel);
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
        progress.Known.Add(message.UniqueId);
        _counted.Add(message.UniqueId);
        progress.Result = progress.Result with
        {
            Fetched = progress.Result.Fetched + 1,
            Octets = progress.Result.Octets + octets,
            Refused = progress.Result.Refused + (mail.Refusal is null ? 0 : 1),
        };
        string why = mail.Refusal is { } refusal ? $", into the folder {refusal.Folder}: {refusal.Why}" : "";
        dependencies.Log.Write(
            LogLevel.Info, "fetch",
            $"{mail.Id}: from {mailbox.Name} ({message.UniqueId}), {octets} octets, for {recipient.Maildrop}{why}");
        return true;
    }

    private void WentWell(OutsideMessage message)
    {
        _refused = null;
        dependencies.Breaking.Remove(mailbox.Key, message.UniqueId);
    }

    private void Refused(OutsideMessage message, Fault fault)
    {
        _refused = message;
        Miss(fault, session.Problem);
    }

    // The session is over, and its marks are gone with it. A server that refuses something and hangs up is heard to
    // hang up at what follows.
    private void Break(OutsideMessage message, Fault fault)
    {
        _end = FetchPassEnd.Over;
        if (fault == Fault.Cancelled)
        {
            FailedThere(fault);
            return;
        }
        OutsideMessage at = _refused ?? message;
        string problem = session.Problem.Length > 0 ? session.Problem : FaultWords.Of(fault);
        string why = $"the session ended at it: {problem}";
        dependencies.Breaking.Add(mailbox.Key, at.UniqueId, fault, session.Stage, why);
        progress.Broken.Add(at.UniqueId);
        progress.Failed(fault, $"message {at.Number} ({at.UniqueId}): {why}", session.Stage);
        if (_refused is null && !progress.Known.Contains(at.UniqueId))
            CountLeft();
        _end = FetchPassEnd.Broken;
    }

    private void LeaveBreaking(OutsideMessage message, BreakingMessage breaking)
    {
        if (progress.Known.Contains(message.UniqueId))
            CountKnown(message.UniqueId);
        else
            CountLeft();
        if (progress.Result.Fault == Fault.None)
            progress.Failed(
                breaking.Fault, $"message {message.Number} ({message.UniqueId}): {breaking.Why}", breaking.Stage);
    }

    private void LeaveLarge(OutsideMessage message)
        => Leave(Fault.Limit, $"message {message.Number} ({message.UniqueId}) is larger than smtp_msg_limit");

    private void Leave(Fault fault, string text)
    {
        CountLeft();
        Miss(fault, text);
    }

    private void CountLeft() => progress.Result = progress.Result with { Left = progress.Result.Left + 1 };

    // The look goes on; the first of these is told.
    private void Miss(Fault fault, string text)
    {
        if (progress.Result.Fault == Fault.None)
            progress.Failed(fault, text, IsRefusal(fault) ? session.Stage : ClientStage.None);
    }

    private void FailedHere(Fault fault)
        => progress.Failed(fault, FaultReason.Take(fault) ?? FaultWords.Of(fault), ClientStage.None);

    private void FailedThere(Fault fault) => progress.Failed(fault, session.Problem, session.Stage);

    private static bool IsRefusal(Fault fault) => fault is Fault.RefusedTemporary or Fault.RefusedPermanent;
}
