using MailModule.Engine.Sending;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Native.Abi;

/// <summary>
/// The message of <c>mm_smtp_send_message</c>, and its results, whose texts live until it is disposed of.
/// </summary>
/// <param name="results">The host's array; 0: none.</param>
internal sealed unsafe class OneMessage(SmtpMessageLayout given, nint results) : ISmtpMessages, IDisposable
{
    private readonly SentRecipients _recipients = new();
    private bool _isGiven;

    /// <summary>250 if the message was taken for anybody, else that of a refusal; 0: neither.</summary>
    public int Code { get; private set; }

    public Fault Next(out SmtpMessage? message)
    {
        message = null;
        if (_isGiven)
            return Fault.None;
        _isGiven = true;
        return given.Recipients == 0
            ? FaultReason.Because(Fault.Argument, "recipients is 0")
            : new MessageReader().Read(given, out message);
    }

    public void Sent(long number, IReadOnlyList<AttemptResult?> sent)
    {
        for (int i = 0; i < sent.Count; i++)
        {
            var result = sent[i]!;
            if (result.Fault == Fault.None || (Code == 0 && result.HasReply))
                Code = result.ReplyCode;
            if (results != 0)
                Write(result, (SmtpRecipientLayout*)results + i);
        }
    }

    public void Dispose() => _recipients.Dispose();

    private void Write(AttemptResult result, SmtpRecipientLayout* place)
    {
        *place = new SmtpRecipientLayout { Size = (nuint)sizeof(SmtpRecipientLayout) };
        _recipients.Write(result, ref *place);
    }
}
