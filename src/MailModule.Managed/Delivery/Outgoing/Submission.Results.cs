using System.Buffers;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Outgoing;

// What legs ask for and tell, and how a recipient becomes final.
public sealed partial class Submission
{
    private byte[]? _fields;

    /// <summary>A transaction for some recipients, with a text of its own to read.</summary>
    internal SmtpTransaction NewTransaction(IReadOnlyList<SubmittedRecipient> recipients)
    {
        var results = recipients.Select(one => new RecipientResult(one.Address) { Notify = one.Recipient.Notify, OriginalRecipient = one.Recipient.OriginalRecipient });
        return new SmtpTransaction(_request.From, results, new TextSource(Fields(), Text, _parts.Workers, _parts.Log)) { Return = _request.Return, EnvelopeId = _request.EnvelopeId };
    }

    internal Envelope NewEnvelope(IReadOnlyList<SubmittedRecipient> recipients)
    {
        var envelope = new Envelope
        {
            ReversePath = _request.From,
            Received = _parts.Time.GetLocalNow(),
            EightBit = Text.IsEightBit,
            Utf8 = _request.From.NeedsUtf8 || recipients.Any(recipient => recipient.Address.NeedsUtf8),
            Return = _request.Return,
            EnvelopeId = _request.EnvelopeId,
        };
        envelope.Recipients.AddRange(recipients.Select(recipient => recipient.Recipient));
        return envelope;
    }

    internal void WriteFields(IBufferWriter<byte> output, Envelope envelope, string id) => SubmissionFields.Write(output, _header, envelope, _parts.HostName, id);

    // The same for all hosts of one message, so that the copies are one message; a given server gets the text as it is, and adds its own.
    private byte[] Fields()
    {
        if (_request.Way == SubmissionWay.GivenServer)
            return [];
        lock (_gate)
        {
            if (_fields is not null)
                return _fields;
            var fields = new ArrayBufferWriter<byte>(512);
            WriteFields(fields, NewEnvelope(Recipients), Guid.NewGuid().ToString("N"));
            return _fields = fields.WrittenSpan.ToArray();
        }
    }

    /// <summary>A state that concerns a leg's recipients before they are final.</summary>
    internal void Tell(SubmissionState state, long value, IReadOnlyList<SubmittedRecipient> recipients)
    {
        lock (_gate)
        {
            if (_open == 0)
                return;
            foreach (SubmittedRecipient recipient in recipients)
                if (recipient.Outcome is null)
                    recipient.State = state;
            bool isOneOfMany = recipients.Count == 1 && Recipients.Count > 1;
            _notices.Post(state, value, isOneOfMany ? recipients[0].Address.Text : "");
        }
    }

    /// <summary>Gives a recipient its final state, unless it has one.</summary>
    /// <param name="sent">Octets of the message that were sent.</param>
    internal void Settle(SubmittedRecipient recipient, SubmissionOutcome outcome, long sent)
    {
        bool isLast;
        lock (_gate)
        {
            if (!TrySettle(recipient, outcome, sent))
                return;
            isLast = _open == 0;
        }
        if (isLast)
            Complete([recipient]);
        else
            Write(recipient);
    }

    private bool TrySettle(SubmittedRecipient recipient, SubmissionOutcome outcome, long sent)
    {
        if (!recipient.TrySettle(outcome))
            return false;
        _open--;
        _notices.Post(outcome.State, outcome.State == SubmissionState.Error ? ValueOf(outcome) : sent, recipient.Address.Text);
        return true;
    }

    /// <summary>Everybody is final; called once.</summary>
    private void Complete(IReadOnlyList<SubmittedRecipient> last)
    {
        foreach (SubmittedRecipient recipient in last)
            Write(recipient);
        bool isUnused;
        lock (_gate)
            isUnused = _users == 0;
        if (isUnused)
            DropText();
        Completed?.Invoke(this);
        _completed.Set();
        _notices.PostLast();
    }

    private void Write(SubmittedRecipient recipient)
    {
        SubmissionOutcome outcome = recipient.Outcome!;
        string words = outcome.Reply?.ToString() ?? (outcome.Text.Length > 0 ? outcome.Text : outcome.QueueId);
        _parts.Log.Write(LogLevel.Info, "send", $"to=<{recipient.Address}> host={outcome.Host?.Name} result={outcome.State} {words}");
    }

    private static long ValueOf(SubmissionOutcome outcome) => outcome.Reply is { IsPositive: false } reply ? reply.Code : -(long)outcome.Fault;

    private static int Weight(Fault fault) => fault switch
    {
        Fault.None => 0,
        Fault.RefusedTemporary or Fault.Timeout or Fault.Closed or Fault.Connect or Fault.Dns => 1,
        Fault.State => 3,
        _ => 2,
    };
}
