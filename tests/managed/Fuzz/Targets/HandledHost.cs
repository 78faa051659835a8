using System.Text;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// A host that handlers are called in, whose answers follow a script: what it has seen, what it owes, and what must
/// hold of the order in which it is asked.
/// </summary>
internal sealed class HandledHost(HandledScript script, bool isBarred)
{
    /// <summary>What the host knows of a password; no client may hear it.</summary>
    public const string Secret = "host-secret-3f1c";

    /// <summary>What a handler that fails says.</summary>
    public const string FailureText = "a handler that fails";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private const HandlerSteps ToldLater = HandlerSteps.Auth | HandlerSteps.Secret | HandlerSteps.Chunk;

    private readonly Queue<Owed> _owed = new();
    private readonly HashSet<HandlerSteps> _accepted = [];
    private bool _isInside;

    /// <param name="Verdict">Null: it is not given, or not in time.</param>
    private readonly record struct Owed(PendingAnswer Pending, HandlerSteps Step, int? Verdict);

    /// <summary>What was asked and stored, in order.</summary>
    public List<string> Events { get; } = [];

    /// <summary>The content of the transaction under way, as the session gave it, and how many there were.</summary>
    public StringBuilder Content { get; } = new();
    public int Contents { get; private set; }

    /// <summary>Header fields that the host has given to it.</summary>
    public StringBuilder Fields { get; } = new();

    /// <summary>The host has ended the session; its reply is the last.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>Every answer is put off, whatever the script says.</summary>
    public bool OwesAll { get; set; }

    /// <summary>The host has taken a message, or changed who gets it.</summary>
    public bool HasTaken { get; private set; }

    public bool HasAccepted(HandlerSteps step) => _accepted.Contains(step);

    public void BeginTransaction() => Fields.Clear();

    public void BeginContent()
    {
        Content.Clear();
        Contents++;
    }

    /// <summary>A handler's answer to a step.</summary>
    public int Answer(HandlerSteps step, IHandlerSession session, string about, Action<ScriptedStep> act)
    {
        Assert.False(_isInside, "asked while another handler runs");
        ForgetLate();
        Assert.False(IsClosing, $"asked about {step} after the host has closed");
        Events.Add($"{step} {about}".TrimEnd());
        ScriptedStep one = script.Next();
        _isInside = true;
        Reply(step, one, session);
        act(one);
        _isInside = false;
        if (step == HandlerSteps.Connect && isBarred)
            return HandlerVerdict.Reject;
        return Give(OwesAll ? ScriptedAnswer.Later : one.Answer, one, step, session);
    }

    /// <summary>Gives the answer that is owed, if it is one that comes in time. False: none is.</summary>
    /// <param name="refuses">The client hears a refusal next, or nothing yet.</param>
    public bool TryAnswer(out bool refuses)
    {
        refuses = false;
        if (!_owed.TryPeek(out Owed owed) || owed.Verdict is not { } verdict)
            return false;
        _owed.Dequeue();
        refuses = verdict == HandlerVerdict.Reject && (owed.Step & ToldLater) == 0;
        Assert.Equal(Fault.None, owed.Pending.Answer(verdict));
        Assert.Equal(Fault.Handle, owed.Pending.Answer(verdict));
        return true;
    }

    /// <summary>Gives what is owed to a session that has lost its client, and may need it or not.</summary>
    public void AnswerAnyway()
    {
        while (_owed.TryDequeue(out Owed owed))
            if (owed.Verdict is { } verdict)
                owed.Pending.Answer(verdict);
    }

    /// <summary>The session goes on, or is over: nothing that was owed counts any more.</summary>
    public void ForgetLate()
    {
        while (_owed.TryDequeue(out Owed owed))
            Assert.True(owed.Pending.Answer(0) is Fault.Timeout or Fault.Closed, "gone on while an answer is owed");
    }

    private static void Reply(HandlerSteps step, ScriptedStep one, IHandlerSession session)
    {
        if (one.Replies)
        {
            Assert.Equal(Fault.None, session.SetReply(0, null, "Gr\u00fcn"));
            // RFC 5321 §3.2: the reply to HELO has one line
            Fault fault = step == HandlerSteps.Helo ? Fault.State : Fault.None;
            Assert.Equal(fault, session.AddReplyLine("and more"));
        }
        if (one.Code is { } code)
            Assert.Equal(code is < 200 or > 599 ? Fault.Argument : Fault.None, session.SetReply(code, null, null));
        if (!one.Misbehaves)
            return;
        Assert.Equal(Fault.Argument, session.SetReply(250, "5.0.0", null));
        Assert.Equal(Fault.Argument, session.SetReply(0, null, "a\r\n250 b"));
        Assert.NotEqual(Fault.None, session.AddReplyLine("a\nb"));
    }

    private int Give(ScriptedAnswer how, ScriptedStep one, HandlerSteps step, IHandlerSession session)
    {
        if (how == ScriptedAnswer.Failure)
            throw new InvalidOperationException(FailureText);
        if (how == ScriptedAnswer.Verdict)
            return Note(step, one.Verdict, one.Code is null);
        int late = OwesAll ? HandlerVerdict.Continue : script.Next().LateVerdict;
        Assert.Equal(Fault.Argument, session.Defer(s_patience, HandlerVerdict.Pending, out _));
        Assert.Equal(Fault.None, session.Defer(s_patience, late, out PendingAnswer? pending));
        Assert.Equal(Fault.State, session.Defer(s_patience, late, out _));
        if (how == ScriptedAnswer.TakenBack)
        {
            _owed.Enqueue(new Owed(pending!, step, null));
            return Note(step, late, one.Code is null);
        }
        if (how == ScriptedAnswer.Early)
        {
            Assert.Equal(Fault.None, pending!.Answer(late));
            Assert.Equal(Fault.Handle, pending.Answer(late));
        }
        else
            _owed.Enqueue(new Owed(pending!, step, how == ScriptedAnswer.Later ? late : null));
        Note(step, how == ScriptedAnswer.Never && late == 0 ? HandlerVerdict.Error : late, isPlain: true);
        return HandlerVerdict.Pending;
    }

    /// <param name="isPlain">No code of the handler's own stands against it.</param>
    private int Note(HandlerSteps step, int verdict, bool isPlain)
    {
        IsClosing |= verdict == HandlerVerdict.Close && isPlain && step != HandlerSteps.Chunk;
        HasTaken |= verdict == HandlerVerdict.Done;
        if (verdict is HandlerVerdict.Accept or HandlerVerdict.Done or (>= 200 and < 400))
            _accepted.Add(step);
        return verdict;
    }

    /// <summary>Whoever gets the message is not whom the client has named.</summary>
    public void Redirect() => HasTaken = true;
}
