using MailModule.Delivery.Outgoing;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Engine.Sending;

/// <summary>A message the host is writing; at its end it becomes a <see cref="Submission"/>.</summary>
internal sealed class OutgoingStream : IOutgoingStream
{
    private readonly OutgoingMail _mail;
    private readonly SubmissionContent _content;
    private readonly Submission _submission;

    private OutgoingStream(OutgoingMail mail, SubmissionContent content, Submission submission)
    {
        _mail = mail;
        _content = content;
        _submission = submission;
    }

    /// <summary><see cref="Fault.Argument"/> for addresses; the spool's faults, where mail goes there.</summary>
    public static Fault TryOpen(
        OutgoingMail mail, SendRoute route, string from, string to, ISubmissionObserver? observer,
        out IOutgoingStream? stream, out string? text)
    {
        stream = null;
        if (!OutgoingMail.TryReadSender(from, out MailAddress sender, out text))
            return Fault.Argument;
        if (!RecipientList.TryParse(to, out IReadOnlyList<MailAddress> addresses, out string wrong))
        {
            text = wrong.Length > 0 ? $"not an address: {wrong}" : "there is no recipient";
            return Fault.Argument;
        }
        Recipient[] recipients = [.. addresses.Select(address => new Recipient(address, null))];
        SubmissionContent message = mail.NewContent();
        Fault fault = mail.TryMake(
            new SendOptions { Route = route }, sender, recipients, message, null, observer, out Submission? submission,
            out text);
        if (fault == Fault.None)
            stream = new OutgoingStream(mail, message, submission!);
        return fault;
    }

    public string AddressOf(int recipient) => _submission.Recipients[recipient].Address.Text;

    public Fault Write(ReadOnlySpan<byte> content)
        => _mail.IsStopping
            ? FaultReason.Because(Fault.Cancelled, "the engine was stopped")
            : _content.Write(content);

    public Fault End()
    {
        bool waits = !_mail.IsAsync;
        if (waits && !_mail.MayBlock)
            return FaultReason.Because(Fault.State, "it would block: the settings are callback_inline, and not async");
        Fault textFault = _content.Finish();
        if (textFault != Fault.None)
            _submission.Fail(textFault, _content.Problem);
        else
            _mail.Begin(_submission);
        if (!waits)
            return Fault.None;
        _submission.Wait();
        return FaultReason.Because(_submission.Outcome, _submission.OutcomeText);
    }
}
