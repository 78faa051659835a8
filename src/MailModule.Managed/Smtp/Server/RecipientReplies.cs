using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>
/// What LMTP answers at the end of a message: a reply for each RCPT that was accepted, in their order, also where two
/// named the same recipient (RFC 2033 §4.2).
/// </summary>
internal sealed class RecipientReplies
{
    private readonly List<Range> _rcpts = [];
    private Dictionary<int, Reply>? _replies;

    /// <summary>RCPT commands that were accepted.</summary>
    public int Count => _rcpts.Count;

    /// <summary>RCPT was accepted.</summary>
    /// <param name="recipients">Which of the envelope it has led to.</param>
    public void AddRcpt(Range recipients) => _rcpts.Add(recipients);

    /// <summary>What is said about a recipient of the envelope, in place of what is said about the message.</summary>
    public void Set(int recipient, Reply reply) => (_replies ??= [])[recipient] = reply;

    /// <summary>The recipient has left the envelope, before any was given a reply: those behind it move up.</summary>
    public void Remove(int recipient)
    {
        for (int i = 0; i < _rcpts.Count; i++)
            _rcpts[i] = Moved(_rcpts[i].Start.Value)..Moved(_rcpts[i].End.Value);

        int Moved(int place) => place > recipient ? place - 1 : place;
    }

    /// <summary>The recipient of the envelope does not get the message.</summary>
    public bool IsRefused(int recipient) => _replies?.GetValueOrDefault(recipient) is { IsPositive: false };

    /// <summary>Some recipients do not get the message.</summary>
    public bool HasRefusals => _replies?.Values.Any(reply => !reply.IsPositive) ?? false;

    /// <param name="ordinary">For recipients that have none of their own. Where it refuses nobody gets the message, and
    /// what was said in favour of a recipient is not so.</param>
    public void Write(Reply ordinary, Output output)
    {
        foreach (Range recipients in _rcpts)
            output.Write((Of(recipients) is { } own && (ordinary.IsPositive || !own.IsPositive) ? own : ordinary).Wire);
    }

    // One that became several has the worst of their replies: the client sends to it again, or tells its sender.
    private Reply? Of(Range recipients)
    {
        Reply? worst = null;
        for (int i = recipients.Start.Value; i < recipients.End.Value; i++)
            if (_replies?.GetValueOrDefault(i) is { } reply && (worst is null || reply.Code > worst.Code))
                worst = reply;
        return worst;
    }
}
