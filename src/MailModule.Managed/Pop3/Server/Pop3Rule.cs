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

/// <summary>One row of the <see cref="Pop3StateTable"/>.</summary>
/// <param name="Verb">In capitals.</param>
/// <param name="States">Where it is allowed.</param>
/// <param name="Argument">What must follow it.</param>
/// <param name="Handle">What it does.</param>
internal sealed record Pop3Rule(string Verb, Pop3State States, Pop3ArgumentRule Argument, Pop3Handler Handle);
