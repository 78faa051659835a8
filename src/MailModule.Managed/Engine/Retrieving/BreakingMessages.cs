using MailModule.Engine.Connecting;
using MailModule.Primitives;

namespace MailModule.Engine.Retrieving;

/// <summary>A message at which sessions with its mailbox have ended.</summary>
/// <param name="Times">One after the other.</param>
/// <param name="Due">When it is tried again: as <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="Why">In words, behind the name of the message.</param>
internal readonly record struct BreakingMessage(int Times, long Due, Fault Fault, ClientStage Stage, string Why);

/// <summary>
/// Messages of mailboxes elsewhere at which a session ended or stalled: so that they keep no other waiting, a look
/// tries them last, and less and less. In memory alone: nothing is lost or doubled without it, and a start costs one
/// session more. Any thread.
/// </summary>
internal sealed class BreakingMessages(TimeProvider time)
{
    private const int MostDoublings = 6; // an hour, about

    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, BreakingMessage>> _mailboxes = [];

    /// <summary>
    /// A session has ended at a message. The next look tries it again; after another time a pause comes before.
    /// </summary>
    /// <param name="key">Of the mailbox.</param>
    public void Add(string key, string uniqueId, Fault fault, ClientStage stage, string why)
    {
        lock (_lock)
        {
            if (!_mailboxes.TryGetValue(key, out Dictionary<string, BreakingMessage>? messages))
                _mailboxes[key] = messages = [];
            int times = messages.GetValueOrDefault(uniqueId).Times + 1;
            TimeSpan pause = times == 1
                ? TimeSpan.Zero
                : FirstPause * (1 << Math.Min(times - 2, MostDoublings));
            long due = time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency);
            messages[uniqueId] = new BreakingMessage(times, due, fault, stage, why);
        }
    }

    /// <summary>It did not end the session.</summary>
    public void Remove(string key, string uniqueId)
    {
        lock (_lock)
            if (_mailboxes.TryGetValue(key, out Dictionary<string, BreakingMessage>? messages)
                && messages.Remove(uniqueId) && messages.Count == 0)
                _mailboxes.Remove(key);
    }

    /// <summary>Those of a mailbox. What it does not list any more is forgotten.</summary>
    public IReadOnlyDictionary<string, BreakingMessage> Of(string key, IReadOnlySet<string> listed)
    {
        lock (_lock)
        {
            if (!_mailboxes.TryGetValue(key, out Dictionary<string, BreakingMessage>? messages))
                return new Dictionary<string, BreakingMessage>();
            foreach (string gone in messages.Keys.Where(id => !listed.Contains(id)).ToArray())
                messages.Remove(gone);
            if (messages.Count == 0)
                _mailboxes.Remove(key);
            return new Dictionary<string, BreakingMessage>(messages);
        }
    }

    /// <summary>Whether its pause is over.</summary>
    public bool IsDue(BreakingMessage message) => time.GetTimestamp() >= message.Due;
}
