using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>What a verb says about its argument.</summary>
internal enum ArgumentRule
{
    None,
    Optional,
    Required,
}

/// <summary>Reads an argument; gives the refusal of a bad one, or null.</summary>
internal delegate Reply? ArgumentReader(SmtpSession session, ReadOnlySpan<byte> argument);

/// <summary>Does what a verb says, and replies.</summary>
internal delegate Next VerbHandler(SmtpSession session, ReadOnlySpan<byte> argument, Output output);

/// <summary>Does what a verb says, with a reply that the backend has given.</summary>
internal delegate Next ReplyingHandler(SmtpSession session, ReadOnlySpan<byte> argument, Reply reply, Output output);

/// <summary>Refuses a verb that more follows than its line; else the refusal is said at once.</summary>
internal delegate Next RefusalHandler(SmtpSession session, ReadOnlySpan<byte> argument, Reply refusal, Output output);

/// <summary>
/// One row of the <see cref="StateTable"/>: when a verb is allowed, how its argument is read, and then either what the
/// backend is asked, or what is done without asking.
/// </summary>
/// <param name="Verb">In capitals.</param>
/// <param name="Allowed">The states that allow it.</param>
/// <param name="Argument">What must follow it.</param>
internal sealed record VerbRule(string Verb, SmtpState Allowed, ArgumentRule Argument)
{
    /// <summary>The longest line, in octets with CRLF.</summary>
    public int LineLimit { get; init; } = StateTable.LineLimit;

    /// <summary>Options may ask for a login first.</summary>
    public bool NeedsLogin { get; init; }

    /// <summary>HELP names it.</summary>
    public bool IsOffered { get; init; } = true;

    /// <summary>The refusal while there was no EHLO or HELO, if it is not allowed then.</summary>
    public Reply BeforeHello { get; init; } = Replies.HelloFirst503;

    /// <summary>The refusal in a transaction, if it is not allowed there.</summary>
    public Reply InTransaction { get; init; } = Replies.BadSequence503;

    /// <summary>Reads the argument and says what speaks against it; null: nothing is to be read.</summary>
    public ArgumentReader? Read { get; init; }

    /// <summary>
    /// What the backend is asked, and what follows. Asked at once if there is no <see cref="Handle"/>, else by that
    /// when its time has come.
    /// </summary>
    public Question? Question { get; init; }

    /// <summary>What the session does by itself.</summary>
    public VerbHandler? Handle { get; init; }

    /// <summary>
    /// What a backend may want to be asked about first; for verbs with a <see cref="Question"/>: the argument that it
    /// may want.
    /// </summary>
    public AskedCommands Asked { get; init; }

    /// <summary>In place of <see cref="Handle"/> where the backend gives the reply; null: the reply is all.</summary>
    public ReplyingHandler? HandleWithReply { get; init; }

    /// <inheritdoc cref="RefusalHandler"/>
    public RefusalHandler? Refuse { get; init; }

    /// <summary>The transaction is over with it, be it that the backend refuses it.</summary>
    public bool EndsTransaction { get; init; }

    /// <summary>What follows the verdict on a command that the backend was asked about first.</summary>
    public Next Follow(SmtpSession session, bool isAccepted, Reply? reply, Output output)
    {
        if (!isAccepted && EndsTransaction)
            session.DiscardTransaction();
        if (!isAccepted)
            return session.WriteReply(reply ?? Replies.Refused550, output);
        if (reply is null)
            return Handle!(session, session.CommandArgument, output);
        return HandleWithReply is { } handle
            ? handle(session, session.CommandArgument, reply, output)
            : session.WriteReply(reply, output);
    }

    /// <summary>The refusal in a state that does not allow the verb.</summary>
    public Reply OutOfOrder(SmtpState state) => state switch
    {
        SmtpState.Refused => Replies.NoService503,
        SmtpState.Fresh => BeforeHello,
        SmtpState.Ready => Replies.MailFirst503,
        SmtpState.Chunks => Replies.BadSequence503,
        _ => InTransaction,
    };
}
