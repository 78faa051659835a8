using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>Something handed to the committer; a link of its queue.</summary>
internal abstract class LogRequest
{
    public LogRequest? Next { get; set; }

    /// <summary>Has been completed: happens once. Belongs to the committer.</summary>
    public bool IsEnded { get; set; }

    /// <summary>Runs on the committer's thread when all that was handed in before is durable or has failed.</summary>
    public abstract void Complete(Fault fault);
}
