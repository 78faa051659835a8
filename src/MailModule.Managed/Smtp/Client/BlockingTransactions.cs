using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>
/// Runs whole transactions over a dialogue that is open, on the thread of a caller that waits: as many as the owner
/// gives, one after the other. Before and after them the caller speaks verb by verb as it likes. The owner's contents
/// are all at hand (<see cref="IMessageSource.IsAtHand"/>), or block while they are read.
/// </summary>
/// <remarks>One write and one read for each step of the dialogue: what is said in a turn leaves together, and all that
/// has come is read before anything more is waited for.</remarks>
internal sealed class BlockingTransactions
{
    private readonly SmtpDialogue _dialogue;
    private readonly IDialogueConnection _connection;
    private readonly TransactionRunner _runner;

    public BlockingTransactions(
        SmtpDialogue dialogue, IDialogueConnection connection, ITransactionOwner owner, EightBitUse eightBit)
    {
        _dialogue = dialogue;
        _connection = connection;
        _runner = new TransactionRunner(dialogue, owner, static () => { })
        {
            EightBit = eightBit,
            Chunking = ChunkingUse.EveryMessage,
        };
    }

    /// <summary>
    /// Until the owner has no transaction more, and all are answered: then the dialogue is between two transactions.
    /// Nothing may be awaited before. If the dialogue ends on the way (<see cref="SmtpDialogue.End"/>), every
    /// transaction that the owner gave is completed or returned to it all the same.
    /// </summary>
    /// <param name="output">Empty; what is said goes through it.</param>
    /// <returns>
    /// Why the connection is of no use any more: <see cref="Fault.Closed"/>, <see cref="Fault.Timeout"/>,
    /// <see cref="Fault.Cancelled"/>, or what the server's words came to.
    /// </returns>
    public Fault Run(Output output)
    {
        _dialogue.BeginTurn();
        _runner.BeginNext(output);
        Next next = IsOver(output) ? Next.Close : Next.Read;
        while (next != Next.Close)
        {
            if (next == Next.Read)
                _dialogue.EndTurn(output);
            Fault fault = Exchange(next, output);
            if (fault != Fault.None)
                Lose(fault, output);
            _dialogue.BeginTurn();
            next = ReadReplies(output);
        }
        if (output.Length > 0)
            _connection.Send(output.Written); // QUIT; there is nothing to wait for
        output.Clear();
        return _dialogue.End is { } end ? end.Fault : Fault.None;
    }

    /// <summary>Sends what was said, and waits for the server unless there is more to say.</summary>
    private Fault Exchange(Next next, Output output)
    {
        Fault sent = output.Length > 0 ? _connection.Send(output.Written) : Fault.None;
        output.Clear();
        bool isToRead = sent == Fault.None ? next == Next.Read : sent == Fault.Closed;
        return isToRead ? _connection.Receive() : sent;
    }

    /// <returns>Write: there is more to say. Read: the server is to be waited for. Close: it is over.</returns>
    private Next ReadReplies(Output output)
    {
        ReadOnlySpan<byte> input = _connection.Unconsumed;
        int length = input.Length;
        Next next = ReadReplies(ref input, output);
        if (length > input.Length)
            _connection.Consume(length - input.Length);
        return next;
    }

    private Next ReadReplies(ref ReadOnlySpan<byte> input, Output output)
    {
        while (!IsOver(output))
        {
            switch (_dialogue.Read(ref input, out AwaitedReply answered, out Reply reply))
            {
                case DialogueRead.Ended:
                    _runner.End();
                    return Next.Close;
                case DialogueRead.Part:
                    return Next.Read;
                case DialogueRead.Nothing:
                    return _dialogue.IsInContent ? _runner.WriteContent(output) : Next.Read;
            }
            _runner.OnReply(answered, reply, output);
        }
        return Next.Close;
    }

    // What follows, verb by verb, is to find no transaction open.
    private bool IsOver(Output output)
    {
        bool isFree = _runner.IsDone && !_dialogue.AwaitsReply && _dialogue.End is null;
        if (isFree && _dialogue.HasMail)
            _dialogue.Rset(output);
        return isFree && !_dialogue.AwaitsReply;
    }

    private void Lose(Fault fault, Output output)
    {
        _runner.IsEnding = true;
        bool hadTime = fault == Fault.Timeout;
        if (fault != Fault.Cancelled
            && _dialogue.TryReadUnfinished(hadTime, out AwaitedReply answered, out Reply reply))
            _runner.OnReply(answered, reply, output);
        if (fault is Fault.Timeout or Fault.Cancelled)
            _dialogue.Expire(hadTime ? ExpiryReason.Idle : ExpiryReason.Stopping);
        else
            _dialogue.Closed();
        output.Clear();
    }
}
