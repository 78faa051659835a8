using MailModule.Delivery.Outgoing;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Sending;

/// <summary>
/// Gives a host's messages to a dialogue, one transaction each, and tells the host their results in their order. One
/// thread.
/// </summary>
/// <param name="newContent">For a content that is not in memory.</param>
internal sealed class MessageBatch(
    ISmtpMessages messages, SmtpDialogue dialogue, Func<SubmissionContent> newContent, Func<bool> isCancelled)
    : ITransactionOwner
{
    private readonly Queue<SmtpClientTransaction> _untold = new();
    private long _told;
    private bool _isEnd;

    /// <summary>The last reply that decided about a recipient; null: there is none.</summary>
    public Reply? LastReply { get; private set; }

    /// <summary>Why there was no further message, if it is not that the host had none.</summary>
    public Fault Problem { get; private set; }

    SmtpClientTransaction? ITransactionOwner.NextTransaction(ServerExtensions offered) => Next();

    SmtpClientTransaction? ITransactionOwner.EarlyTransaction() => Next();

    void ITransactionOwner.Sending(SmtpClientTransaction transaction)
    {
    }

    void ITransactionOwner.Completed(SmtpClientTransaction transaction)
    {
        (transaction.Source as IDisposable)?.Dispose();
        Tell();
    }

    void ITransactionOwner.Returned(SmtpClientTransaction transaction)
    {
        DialogueEnd end = dialogue.End!;
        transaction.FailRest(end.Fault, SmtpStage.Mail, end.Reply, end.Text);
        (transaction.Source as IDisposable)?.Dispose();
        Tell();
    }

    private SmtpClientTransaction? Next()
    {
        if (_isEnd)
            return null;
        Fault fault = messages.Next(out SmtpMessage? message);
        SmtpClientTransaction? transaction = null;
        if (fault == Fault.None && message is not null)
            fault = Read(message, out transaction);
        if (transaction is null)
            (_isEnd, Problem) = (true, fault);
        else
            _untold.Enqueue(transaction);
        return transaction;
    }

    // One that fails without a word to the server may do so before the one ahead of it is answered.
    private void Tell()
    {
        while (_untold.TryPeek(out SmtpClientTransaction? first) && first.IsFinished)
        {
            _untold.Dequeue();
            LastReply = first.Results[^1]!.Reply ?? LastReply;
            messages.Sent(_told++, first.Results);
        }
    }

    private Fault Read(SmtpMessage message, out SmtpClientTransaction? transaction)
    {
        transaction = null;
        MessageContent? content = null;
        Fault fault = ReadEnvelope(message, out MailAddress from, out Recipient[] recipients);
        if (fault == Fault.None)
            fault = Open(message, out content);
        if (fault == Fault.None)
            transaction = new SmtpClientTransaction(from, recipients, content!)
            {
                More = new MoreParameters(message.Parameters, message.ToParameters),
            };
        return fault;
    }

    private Fault ReadEnvelope(SmtpMessage message, out MailAddress from, out Recipient[] recipients)
    {
        from = MailAddress.Null;
        recipients = [];
        if (message.To.Count == 0)
            return Wrong("the message has no recipient");
        if (HasLineBreak(message.Parameters) || message.ToParameters?.Any(HasLineBreak) == true)
            return Wrong("parameters have CR, LF or NUL in them");
        Fault fault = ReadAddress(message.From, "from", out from);
        recipients = new Recipient[message.To.Count];
        for (int i = 0; i < recipients.Length && fault == Fault.None; i++)
        {
            fault = ReadAddress(message.To[i], "to", out MailAddress to);
            if (fault == Fault.None && to.IsNull)
                fault = Wrong("to is empty");
            recipients[i] = new Recipient(to, null);
        }
        return fault;
    }

    private Fault Open(SmtpMessage message, out MessageContent? content)
    {
        content = null;
        if (message.Path is null && message.Reader is null)
        {
            content = new MessageContent(message.Content);
            return Fault.None;
        }
        SubmissionContent gathered = newContent();
        Fault fault = message.Path is { } path ? ReadFile(path, gathered)
            : ContentCopy.FromReader(message.Reader!, gathered, isCancelled);
        if (fault == Fault.None)
            fault = gathered.Finish();
        if (fault == Fault.None)
            content = new MessageContent(gathered);
        else
            gathered.Dispose();
        return fault;
    }

    private Fault ReadFile(string path, SubmissionContent content)
    {
        Fault fault = ContentFile.TryOpen(path, out ContentFile? file);
        return fault == Fault.None ? content.ReadFrom(file!, isCancelled) : fault;
    }

    private static Fault ReadAddress(string path, string name, out MailAddress address)
    {
        address = MailAddress.Null;
        Fault fault = PathText.TryRead(path, name, out string text);
        bool isAddress = fault != Fault.None || text.Length == 0 || MailAddress.TryParse(text, out address);
        return isAddress ? fault : Wrong($"{name} is not an address: {path}");
    }

    private static bool HasLineBreak(string? text) => text is not null && text.AsSpan().ContainsAny('\r', '\n', '\0');

    private static Fault Wrong(string what) => FaultReason.Because(Fault.Argument, what);
}
