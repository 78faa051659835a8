using MailModule.Engine.Connecting;
using MailModule.Primitives;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// What has come of a look so far, over all its sessions. For the look's thread; <see cref="Result"/> is for any.
/// </summary>
internal sealed class FetchProgress(OutsideMailbox mailbox)
{
    private FetchResult _result = new(mailbox.Name);

    public FetchResult Result
    {
        get => Volatile.Read(ref _result);
        set => Volatile.Write(ref _result, value);
    }

    /// <summary>Ids that were fetched, in this look or before.</summary>
    public HashSet<string> Known { get; set; } = [];

    /// <summary>Ids of what the server has confirmed as deleted to earlier sessions of the look.</summary>
    public HashSet<string> Deleted { get; } = [];

    /// <summary>Ids that earlier sessions of the look have counted as fetched or known.</summary>
    public HashSet<string> Counted { get; } = [];

    /// <summary>Ids of those at which a session of the look has ended: it does not try them again.</summary>
    public HashSet<string> Broken { get; } = [];

    /// <summary>What is under way; null: no message is.</summary>
    public OutsideMessage? Message { get; set; }

    public Fault Failed(Fault fault, string text, ClientStage stage)
    {
        Result = Result with { Fault = fault, Text = text, Stage = stage };
        return fault;
    }
}
