using MailModule.Delivery.Outgoing;
using MailModule.Engine.Connecting;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Sending;

/// <summary>Messages of the host in whole transactions over a client's open connection.</summary>
public static class ClientTransactions
{
    /// <summary>
    /// Sends all that the host gives, one after the other. <see cref="Fault.None"/>: all are answered, and the
    /// connection is between two transactions. <see cref="Fault.Argument"/>, <see cref="Fault.NotFound"/>,
    /// <see cref="Fault.Io"/>, <see cref="Fault.Cancelled"/> of a message: so it is, but for that message.
    /// </summary>
    public static Fault Send(SmtpClient client, ISmtpMessages messages)
    {
        if (!client.TryBegin("MAIL", out Fault fault))
            return fault == Fault.None ? client.FailEnded() : fault;
        ClientLink link = client.Link;
        BlockingDialogue dialogue = client.Dialogue!;
        var batch = new MessageBatch(
            messages, dialogue.Smtp, () => new SubmissionContent(client.ScratchFolder), () => link.Link.IsCancelled);
        fault = new BlockingTransactions(dialogue.Smtp, dialogue, batch, link.Options.EightBit).Run(dialogue.Output);
        if (batch.LastReply is { } reply)
            client.KeepReply(reply);
        if (link.Link.IsCancelled)
            return client.Lose(Fault.Cancelled);
        if (fault == Fault.None)
            return batch.Problem;
        // A server that ends the dialogue with a refusal has closed it.
        return client.Lose(fault is Fault.RefusedTemporary or Fault.RefusedPermanent ? Fault.Closed : fault);
    }

    /// <summary>At what a recipient's result was decided.</summary>
    public static ClientStage StageOf(AttemptResult result)
        => result.Stage == SmtpStage.Greeting ? ClientStage.None : ClientStages.Of(result.Stage);
}
