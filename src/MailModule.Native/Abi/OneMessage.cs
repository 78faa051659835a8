using MailModule.Engine.Sending;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Native.Abi;

/// <summary>
/// The message of <c>mm_smtp_send_message</c>, and its results, whose texts live until it is disposed of.
/// </summary>
/// <param name="results">The host's array, which <see cref="CheckResults"/> has found good; 0: none.</param>
internal sealed unsafe class OneMessage(SmtpMessageLayout given, nint results) : ISmtpMessages, IDisposable
{
    private readonly SentRecipients _recipients = new();
    private readonly int _distance = results == 0 ? 0 : (int)*(nuint*)results;
    private nint _reason;
    private bool _isGiven;
    private bool _isTold;

    /// <summary>250 if the message was taken for anybody, else that of a refusal; 0: neither.</summary>
    public int Code { get; private set; }

    /// <summary>Whether the first element says how large the host's elements are.</summary>
    public static Fault CheckResults(nint results)
    {
        if (results == 0)
            return Fault.None;
        var fault = Layout.Check<SmtpRecipientLayout>(results);
        return fault == Fault.None && *(nuint*)results % (nuint)sizeof(nint) != 0
            ? FaultReason.Because(Fault.Argument, "the size of the first result is that of no array's element")
            : fault;
    }

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
        _isTold = true;
        for (int i = 0; i < sent.Count; i++)
        {
            var result = sent[i]!;
            if (result.Fault == Fault.None || (Code == 0 && result.HasReply))
                Code = result.ReplyCode;
            SmtpRecipientLayout layout = default;
            if (results != 0)
                _recipients.Write(result, ref layout);
            Write(i, layout);
        }
    }

    /// <summary>The call has failed: where the message did not go out, nothing was told of its recipients.</summary>
    public void Fail(Fault fault)
    {
        if (_isTold || results == 0 || given.Recipients > int.MaxValue)
            return;
        Span<nint> places = stackalloc nint[2];
        _reason = TextBlock.Allocate(["", FaultReason.Current.Text], places);
        for (int i = 0; i < (int)given.Recipients; i++)
            Write(i, new SmtpRecipientLayout { Status = places[0], Reply = places[1], Error = -(int)fault });
    }

    public void Dispose()
    {
        _recipients.Dispose();
        Text.Free(_reason);
        _reason = 0;
    }

    private void Write(int recipient, in SmtpRecipientLayout layout)
    {
        if (results == 0)
            return;
        nint place = results + ((nint)recipient * _distance);
        *(nuint*)place = (nuint)_distance;
        Layout.Write(place, layout);
    }
}
