namespace MailModule.Engine.Serving.Handlers;

/// <summary>What handlers hear of a session's end.</summary>
internal enum EndStep
{
    /// <summary>The client was silent for too long, or too slow.</summary>
    Timeout,
    /// <summary>Something else went wrong.</summary>
    Error,
    /// <summary>The last call of all, whatever was before it.</summary>
    Close,
}
