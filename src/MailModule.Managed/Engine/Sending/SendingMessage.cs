using System.Buffers;
using MailModule.Delivery.Outgoing;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Sending;

/// <summary>
/// A message that the host sends with results. Its own state up to the start is one thread's at a time; then everything
/// is the <see cref="Submission"/>'s, but for the cancel.
/// </summary>
internal sealed class SendingMessage(
    OutgoingMail mail, SendOptions options, MailAddress from, ISubmissionObserver? observer) : ISending
{
    private readonly Lock _lock = new();
    private readonly List<Recipient> _recipients = [];
    private readonly SubmissionContent _content = mail.NewContent();
    private Func<SubmissionContent, Fault>? _fill;
    private ContentFile? _file;
    private Submission? _submission;
    private bool _isWritten;
    private bool _isCancelled;
    private bool _isDisposed;

    public int RecipientCount
    {
        get
        {
            lock (_lock)
                return _recipients.Count;
        }
    }

    public Fault Outcome => Volatile.Read(ref _submission)?.Outcome ?? Fault.State;

    public string OutcomeText => Volatile.Read(ref _submission)?.OutcomeText ?? "";

    public Fault AddRecipient(string address, Notify notify, string? originalRecipient)
    {
        string bare = address.Length > 2 && address[0] == '<' && address[^1] == '>' ? address[1..^1] : address;
        if (!MailAddress.TryParse(bare, out MailAddress parsed) || parsed.IsNull)
            return FaultReason.Because(Fault.Argument, $"not an address: {address}");
        if (!IsNotify(notify))
            return FaultReason.Because(Fault.Argument, "notify has no such value");
        if (!IsOriginalRecipient(originalRecipient))
            return FaultReason.Because(
                Fault.Argument, "the original recipient is no type;address such as rfc822;ann@example.org");
        lock (_lock)
        {
            if (IsStarted)
                return AlreadyStarted();
            _recipients.Add(new Recipient(parsed, null) { Notify = notify, OriginalRecipient = originalRecipient });
            return Fault.None;
        }
    }

    public Fault Write(ReadOnlySpan<byte> content)
    {
        if (IsStarted || _fill is not null)
            return HasOtherContent();
        _isWritten = true;
        return mail.IsStopping || _isCancelled ? IsCancelled() : _content.Write(content);
    }

    public Fault SetFile(string path)
    {
        if (HasContent)
            return HasOtherContent();
        Fault fault = ContentFile.TryOpen(path, out ContentFile? file);
        return fault == Fault.None ? SetSource(file!) : fault;
    }

    public Fault SetDescriptor(int descriptor)
    {
        if (HasContent)
            return HasOtherContent();
        Fault fault = ContentFile.TryDuplicate(descriptor, out ContentFile? file);
        return fault == Fault.None ? SetSource(file!) : fault;
    }

    public Fault SetReader(ContentReader reader)
    {
        if (HasContent)
            return HasOtherContent();
        _fill = text => ContentCopy.FromReader(buffer => Read(reader, buffer), text, () => _isCancelled);
        return Fault.None;
    }

    private int Read(ContentReader reader, Span<byte> buffer)
    {
        using (mail.Calls.Enter(HostCall.SendReader))
            return reader(buffer);
    }

    public Fault Start()
    {
        if (IsStarted)
            return AlreadyStarted();
        if (_recipients.Count == 0)
            return FaultReason.Because(Fault.Argument, "the message has no recipient");
        Fault fault = mail.TryMake(
            options, from, _recipients, _content, _fill, observer, out Submission? submission, out string? text);
        if (fault != Fault.None)
            return FaultReason.Because(fault, text);
        bool isCancelled;
        lock (_lock)
        {
            _submission = submission;
            isCancelled = _isCancelled;
        }
        if (isCancelled)
            submission!.Cancel();
        else
            mail.Begin(submission!);
        return Fault.None;
    }

    public Fault Wait(TimeSpan timeout)
    {
        if (Volatile.Read(ref _submission) is not { } submission || (timeout != TimeSpan.Zero && !mail.MayBlock))
            return FaultReason.Because(Fault.State, "the message was not started, or the call would block this thread");
        return submission.WaitForOutcome(timeout)
            ? Fault.None
            : FaultReason.Because(Fault.Timeout, "the message is still on its way");
    }

    public void Cancel()
    {
        Submission? submission;
        lock (_lock)
        {
            _isCancelled = true;
            submission = _submission;
        }
        submission?.Cancel();
    }

    public SubmittedRecipientView Find(int recipient)
    {
        lock (_lock)
            if (_submission is null)
                return new SubmittedRecipientView(
                    recipient, _recipients[recipient].Address, SubmissionState.New, 0, "", null);
        return SubmittedRecipientView.Of(_submission.Recipients[recipient]);
    }

    public void Dispose()
    {
        Cancel();
        _file?.Dispose();
        lock (_lock)
        {
            if (_submission is null && !_isDisposed)
                _content.Dispose();
            _isDisposed = true;
        }
    }

    private bool IsStarted => Volatile.Read(ref _submission) is not null;

    private bool HasContent => IsStarted || _isWritten || _fill is not null;

    private Fault SetSource(ContentFile file)
    {
        _file = file;
        _fill = text => text.ReadFrom(file, () => _isCancelled);
        return Fault.None;
    }

    private static Fault AlreadyStarted() => FaultReason.Because(Fault.State, "the message was started before");

    private Fault HasOtherContent()
        => IsStarted ? AlreadyStarted() : FaultReason.Because(Fault.State, "the content has a source already");

    private Fault IsCancelled()
        => FaultReason.Because(Fault.Cancelled, _isCancelled ? "the message was cancelled" : "the engine was stopped");

    private static bool IsNotify(Notify notify)
        => notify == Notify.Never || (notify & ~(Notify.Success | Notify.Failure | Notify.Delay)) == 0;

    // RFC 3461 §4.2: addr-type ";" address
    private static bool IsOriginalRecipient(string? text)
    {
        int semicolon = text?.IndexOf(';', StringComparison.Ordinal) ?? 1;
        return text is null || semicolon > 0 && semicolon < text.Length - 1 && text.Length <= 500
            && !text.Any(char.IsControl) && text.AsSpan(0, semicolon).IndexOfAnyExcept(s_atom) < 0;
    }

    private static readonly SearchValues<char> s_atom = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
}
