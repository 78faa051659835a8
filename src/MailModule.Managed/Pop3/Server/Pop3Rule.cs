using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>The states of RFC 1939 §3 in which commands are read.</summary>
[Flags]
internal enum Pop3State
{
    Authorization = 1,
    Transaction = 2,
    Both = Authorization | Transaction,
}

/// <summary>Does what a verb says, and replies.</summary>
internal delegate Next Pop3Handler(Pop3Session session, Pop3Argument argument, Output output);

/// <summary>
/// One row of the <see cref="Pop3StateTable"/>: when a verb is allowed, how its argument is read, and then either what
/// the backend is asked, or what is done without asking, or first.
/// </summary>
/// <param name="Verb">In capitals.</param>
/// <param name="States">Where it is allowed.</param>
/// <param name="Argument">What must follow it.</param>
/// <param name="Handle">What the session does by itself; null: it asks at once.</param>
internal sealed record Pop3Rule(
    string Verb, Pop3State States, Pop3ArgumentRule Argument, Pop3Handler? Handle = null)
{
    /// <summary>
    /// What the backend is asked, and what follows. Asked at once if there is no <see cref="Handle"/>, else by that.
    /// </summary>
    public Pop3Question? Question { get; init; }

    /// <summary>Octets of its line at most, its end included.</summary>
    public int LineLimit { get; init; } = Pop3Command.LineLimit;
}
