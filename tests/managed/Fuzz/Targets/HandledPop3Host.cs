using System.Text;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// A host with a mail store, whose handlers' answers follow a script: what it has seen, what it owes, which messages it
/// has given whole, and what must hold of the order in which it is asked.
/// </summary>
internal sealed class HandledPop3Host(HandledScript script)
{
    /// <summary>Its messages, with any line ends; no line of them looks like the begin of an answer.</summary>
    public static readonly string[] Texts =
        ["Subject: a\r\n\r\nb\r\n.c\r\n..\r\n", ".\n.\n\n", new string('y', 1000) + "\r\n.\r\r\n\nno end", ""];

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Queue<(PendingAnswer Pending, int? Verdict)> _owed = new();
    private readonly HashSet<int> _removed = [];
    private bool _isInside;
    private bool _isClosing;
    private (int Index, int At, int Lines)? _reading;

    /// <summary>What was asked, in order.</summary>
    public List<string> Events { get; } = [];

    /// <summary>Messages that were given whole to RETR, as they go out.</summary>
    public List<string> Given { get; } = [];

    /// <summary>Null: answers follow the script; else every answer is this verdict.</summary>
    public int? Opening { get; set; }

    public bool HasAcceptedLogin { get; private set; }

    /// <summary>A message was begun and broken off: the client may not take it for whole.</summary>
    public bool HasBroken { get; private set; }

    /// <summary>QUIT has begun.</summary>
    public bool IsQuitting { get; private set; }

    /// <summary>A handler's answer to a step.</summary>
    /// <param name="act">What it does beside, with the verdict that it will come to.</param>
    public int Answer(
        Pop3Steps step, IPop3HandlerSession session, string about, Action<ScriptedStep, int>? act = null)
    {
        Assert.False(_isInside, "asked while another handler runs");
        ForgetLate();
        Assert.False(_isClosing, $"asked about {step} after the host has closed");
        bool isEnd = step is Pop3Steps.Remove or Pop3Steps.Update;
        Assert.False(IsQuitting && !isEnd, $"asked about {step} behind QUIT");
        IsQuitting |= isEnd;
        Events.Add($"{step} {about}".TrimEnd());
        ScriptedStep one = Opening is null ? script.Next() : default;
        bool isContent = step is Pop3Steps.Retrieve or Pop3Steps.Read;
        _isInside = true;
        bool isPlain = isContent || Reply(step, one, session);
        ScriptedAnswer how = Opening is null ? one.Answer : ScriptedAnswer.Verdict;
        int verdict = Opening ?? (how == ScriptedAnswer.Verdict ? one.Verdict : script.Next().LateVerdict);
        verdict = how == ScriptedAnswer.Failure || (how == ScriptedAnswer.Never && verdict == HandlerVerdict.Continue)
            ? HandlerVerdict.Error
            : verdict;
        act?.Invoke(one, verdict);
        _isInside = false;
        // QUIT is ending the session: each message is asked about, and the update is told of, whatever the answers.
        _isClosing |= verdict == HandlerVerdict.Close && isPlain && !isContent && !isEnd;
        HasAcceptedLogin |= step == Pop3Steps.Auth && verdict is HandlerVerdict.Accept or (>= 200 and < 400);
        return Give(how, verdict, session);
    }

    /// <summary>Gives octets of a message, as its verdict says.</summary>
    public void Write(Pop3Steps step, IPop3HandlerSession session, int verdict, int room, MessageRequest? message)
    {
        if (message is not null)
            _reading = (message.Number - 1, 0, message.Lines);
        if (_reading is not { } now || now.Index >= Texts.Length)
            return;
        byte[] text = Encoding.Latin1.GetBytes(Texts[now.Index]);
        bool isWhole = verdict == HandlerVerdict.Done;
        int most = isWhole ? text.Length : Math.Min(text.Length - now.At, step == Pop3Steps.Read ? 700 : 5);
        int count = Math.Min(Math.Min(most, text.Length - now.At), room);
        Assert.Equal(Fault.None, session.Write(text.AsSpan(now.At, count)));
        _reading = (now.Index, now.At + count, now.Lines);
        bool goesOn = step == Pop3Steps.Read
            ? verdict == HandlerVerdict.Continue && count > 0
            : verdict is HandlerVerdict.Accept or (>= 200 and < 400);
        if (isWhole && now.Lines < 0)
            Given.Add(OnTheWire(Texts[now.Index]));
        HasBroken |= step == Pop3Steps.Read && !isWhole && !goesOn;
    }

    /// <summary>One message of a QUIT.</summary>
    public void Remove(int number) => Assert.True(_removed.Add(number), "asked twice about the removal of a message");

    /// <summary>Gives the answer that is owed, if it is one that comes in time. False: none is.</summary>
    public bool TryAnswer()
    {
        if (!_owed.TryPeek(out (PendingAnswer Pending, int? Verdict) owed) || owed.Verdict is not { } verdict)
            return false;
        _owed.Dequeue();
        Assert.Equal(Fault.None, owed.Pending.Answer(verdict));
        Assert.Equal(Fault.Handle, owed.Pending.Answer(verdict));
        return true;
    }

    /// <summary>Gives what is owed to a session that has lost its client, and may need it or not.</summary>
    public void AnswerAnyway()
    {
        while (_owed.TryDequeue(out (PendingAnswer Pending, int? Verdict) owed))
            if (owed.Verdict is { } verdict)
                owed.Pending.Answer(verdict);
    }

    /// <summary>The session goes on, or is over: nothing that was owed counts any more.</summary>
    public void ForgetLate()
    {
        while (_owed.TryDequeue(out (PendingAnswer Pending, int? Verdict) owed))
            Assert.True(owed.Pending.Answer(0) is Fault.Timeout or Fault.Closed, "gone on while an answer is owed");
    }

    // RFC 1939 §3: every line end is CRLF, the last line has one, and leading dots are doubled.
    private static string OnTheWire(string text)
    {
        string lines = text.ReplaceLineEndings("\n").Replace("\n", "\r\n", StringComparison.Ordinal);
        if (lines.Length > 0 && !lines.EndsWith('\n'))
            lines += "\r\n";
        return ("\r\n" + lines).Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + ".\r\n";
    }

    // False: a code stands against the verdict.
    private static bool Reply(Pop3Steps step, ScriptedStep one, IPop3HandlerSession session)
    {
        if (one.Replies)
        {
            Assert.Equal(Fault.None, session.SetReply(0, "SYS/TEMP", "Gr\u00fcn"));
            Fault fault = step == Pop3Steps.Capabilities ? Fault.None : Fault.State;
            Assert.Equal(fault, session.AddReplyLine("X-MORE 1"));
        }
        if (one.Code is { } code)
            Assert.Equal(code is < 200 or > 599 ? Fault.Argument : Fault.None, session.SetReply(code, null, null));
        if (one.Misbehaves)
        {
            Assert.Equal(Fault.Argument, session.SetReply(0, "[X]", null));
            Assert.Equal(Fault.Argument, session.SetReply(0, null, "a\r\n+OK b"));
            Assert.NotEqual(Fault.None, session.AddReplyLine("a\nb"));
            Fault fault = step == Pop3Steps.Open ? Fault.Argument : Fault.State;
            Assert.Equal(fault, session.AddMessage(-1, "x", 0));
            Assert.Equal(Fault.State, session.Write("x"u8));
        }
        return one.Code is null;
    }

    private int Give(ScriptedAnswer how, int verdict, IPop3HandlerSession session)
    {
        if (how == ScriptedAnswer.Failure)
            throw new InvalidOperationException(HandledHost.FailureText);
        if (how == ScriptedAnswer.Verdict)
            return verdict;
        Assert.Equal(Fault.Argument, session.Defer(s_patience, HandlerVerdict.Pending, out _));
        Assert.Equal(Fault.None, session.Defer(s_patience, verdict, out PendingAnswer? pending));
        Assert.Equal(Fault.State, session.Defer(s_patience, verdict, out _));
        if (how == ScriptedAnswer.Early)
        {
            Assert.Equal(Fault.None, pending!.Answer(verdict));
            Assert.Equal(Fault.Handle, pending.Answer(verdict));
        }
        else
            _owed.Enqueue((pending!, how == ScriptedAnswer.Later ? verdict : null));
        return how == ScriptedAnswer.TakenBack ? verdict : HandlerVerdict.Pending;
    }
}
