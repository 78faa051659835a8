namespace MailModule.Engine.Retrieving;

/// <summary>How a session of a look has ended.</summary>
internal enum FetchPassEnd
{
    /// <summary>No further one can do more.</summary>
    Over,

    /// <summary>There was no list, and so nothing was done.</summary>
    NotBegun,

    /// <summary>At a message that a further session passes over.</summary>
    Broken,

    /// <summary>By QUIT; messages at which earlier ones have ended wait for a further one.</summary>
    BreakingWait,
}
