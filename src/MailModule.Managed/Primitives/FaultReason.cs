namespace MailModule.Primitives;

/// <summary>
/// What there is to say about a fault beside its name: path, address, process, the server's words. One for each thread,
/// for the fault that a call on this thread is about to return; the C edge makes the host's error message of it.
/// </summary>
public static class FaultReason
{
    [ThreadStatic]
    private static string? t_text;

    [ThreadStatic]
    private static Fault t_fault;

    /// <summary>Returns the fault, having noted its reason: the last one that was given counts.</summary>
    /// <param name="text">For a person; null or empty: there is nothing to say.</param>
    public static Fault Because(Fault fault, string? text)
    {
        t_fault = fault;
        t_text = fault == Fault.None ? null : text;
        return fault;
    }

    /// <summary>The reason of this fault, which is forgotten; null if none was given, or only for another.</summary>
    public static string? Take(Fault fault)
    {
        string? text = t_fault == fault ? t_text : null;
        Clear();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>What <see cref="Because"/> noted last, and nobody has taken; it stays.</summary>
    public static (Fault Fault, string? Text) Current => (t_fault, t_text);

    /// <summary>What was said about an earlier call does not belong to the next.</summary>
    public static void Clear()
    {
        t_fault = Fault.None;
        t_text = null;
    }
}
