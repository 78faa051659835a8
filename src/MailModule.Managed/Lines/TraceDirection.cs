namespace MailModule.Lines;

/// <summary>Which way a line of a trace goes. The C edge gives the numbers as they are.</summary>
public enum TraceDirection
{
    Sent = 1,
    Received = 2,
    /// <summary>No line, but what happened.</summary>
    Event = 3,
}
