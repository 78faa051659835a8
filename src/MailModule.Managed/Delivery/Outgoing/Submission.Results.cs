using System.Buffers;
using MailModule.Delivery.Signing;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Outgoing;

// What groups of recipients ask for and tell, and how a recipient gets its final state.
internal sealed partial class Submission
{
    private byte[]? _fields;

    /// <summary>A transaction for some recipients, with its own reader of the content.</summary>
    internal SmtpClientTransaction NewTransaction(IReadOnlyList<SubmittedRecipient> recipients)
    {
        var source = new SubmissionContentSource(
            Fields(), _header, Content, _dependencies.Workers, _dependencies.Log);
        Envelope envelope = NewEnvelope(recipients);
        return SmtpClientTransaction.Of(envelope, envelope.Recipients, source);
    }

    internal Envelope NewEnvelope(IReadOnlyList<SubmittedRecipient> recipients)
    {
        var envelope = new Envelope
        {
            ReversePath = _request.From,
            Received = _dependencies.Time.GetLocalNow(),
            EightBit = Content.IsEightBit,
            Utf8 = _request.From.NeedsUtf8 || recipients.Any(recipient => recipient.Address.NeedsUtf8),
            Return = _request.Return,
            EnvelopeId = _request.EnvelopeId,
        };
        envelope.Recipients.AddRange(recipients.Select(recipient => recipient.Recipient));
        return envelope;
    }

    /// <summary>Octets of the content in whose place <see cref="WriteFields"/> writes others.</summary>
    internal long Replaced => _header.Replaced;

    // The fields that the first host of a message adds (RFC 6409 §8): Received, and Date and Message-ID where the
    // sender has not written them. Fields that are there stay as they are.
    internal void WriteFields(IBufferWriter<byte> output, Envelope envelope, string id)
    {
        string host = _dependencies.HostName;
        TraceHeaders.WriteReceived(output, envelope, new TraceInfo(host, id, Extended: true, null));
        if (_signature is { } signature)
        {
            output.Write(signature.Fields.Span);
            return;
        }
        MissingFields.Write(output, _header.Filter, envelope.Received, id, host);
        output.Write(_header.Replacement.Span);
    }

    // The signature stands before the text and covers fields that are added here, Date say: so they are the same for
    // all groups, and a named server, which would add them behind it, gets them too. A header that does not begin or
    // end as it must it gets as it is, without a signature.
    private void Sign(SigningOptions options)
    {
        SubmissionHeader header = _request.Route == SubmissionRoute.Server ? SubmissionHeader.Read(Content) : _header;
        if (header.Filter.IsChanged && header != _header)
            return;
        Envelope envelope = NewEnvelope(Recipients);
        var added = new ArrayBufferWriter<byte>(512);
        MissingFields.Write(
            added, header.Filter, envelope.Received, RandomOctets.Hex(16), _dependencies.HostName);
        _signature = SubmissionSignature.Make(options, added.WrittenMemory, header, Content, envelope.Utf8);
        if (_signature is null)
            return;
        _header = _signature.Header;
        if (_signature.Content == Content)
            return;
        DisposeContent();
        Content = _signature.Content;
    }

    // The fields are the same for all hosts, so that the copies are one message; a named server gets the content as it
    // is, and adds fields of its own.
    private ReadOnlyMemory<byte> Fields()
    {
        if (_request.Route == SubmissionRoute.Server)
            return _signature?.Fields ?? default;
        lock (_lock)
        {
            if (_fields is not null)
                return _fields;
            var fields = new ArrayBufferWriter<byte>(512);
            WriteFields(fields, NewEnvelope(Recipients), RandomOctets.Hex(16));
            return _fields = fields.WrittenSpan.ToArray();
        }
    }

    /// <summary>Gives a group's recipients a state that is not final, where they have no final one yet.</summary>
    internal void ChangeState(SubmissionState state, long value, IReadOnlyList<SubmittedRecipient> recipients)
    {
        lock (_lock)
        {
            if (_open == 0)
                return;
            foreach (SubmittedRecipient recipient in recipients)
                if (!recipient.IsFinal)
                    recipient.ChangeState(state);
            bool isOneOfMany = recipients.Count == 1 && Recipients.Count > 1;
            _observers.Post(state, value, isOneOfMany ? recipients[0].Index : ISubmissionObserver.All);
        }
    }

    /// <summary>Gives a recipient its final state, unless it has one.</summary>
    /// <param name="sent">Octets of the message that were sent.</param>
    internal void FinishRecipient(SubmittedRecipient recipient, AttemptResult result, long sent)
    {
        bool isDelivered = result.Kind == AttemptResultKind.Delivered;
        FinishRecipient(recipient, isDelivered ? SubmissionState.Done : SubmissionState.Failed, result, "", sent);
    }

    /// <summary>Gives a recipient its final state, unless it has one.</summary>
    /// <param name="result">Null: the message is in the spool.</param>
    /// <param name="sent">Octets of the message that were sent.</param>
    internal void FinishRecipient(
        SubmittedRecipient recipient, SubmissionState state, AttemptResult? result, string queueId, long sent)
    {
        bool isLast;
        lock (_lock)
        {
            if (!TryFinishRecipient(recipient, state, result, queueId, sent))
                return;
            isLast = _open == 0;
        }
        if (isLast)
            Complete([recipient]);
        else
            Write(recipient);
    }

    private bool TryFinishRecipient(
        SubmittedRecipient recipient, SubmissionState state, AttemptResult? result, string queueId, long sent)
    {
        if (!recipient.TryFinish(state, result, queueId))
            return false;
        _open--;
        _observers.Post(state, state == SubmissionState.Failed ? ValueOf(result!) : sent, recipient.Index);
        return true;
    }

    /// <summary>Every recipient has its final state; called once.</summary>
    private void Complete(IReadOnlyList<SubmittedRecipient> last)
    {
        foreach (SubmittedRecipient recipient in last)
            Write(recipient);
        bool isUnused;
        lock (_lock)
            isUnused = _contentUsers == 0;
        if (isUnused)
            DisposeContent();
        Completed?.Invoke(this);
        _completed.Set();
        _observers.PostLast();
    }

    private void Write(SubmittedRecipient recipient)
    {
        AttemptResult? result = recipient.Result;
        string words = result is null ? recipient.QueueId : result.Reply?.ToString() ?? result.Words;
        _dependencies.Log.Write(
            LogLevel.Info, "send", $"to=<{recipient.Address}> host={result?.Host} result={recipient.State} {words}");
    }

    private static long ValueOf(AttemptResult result)
        => result.Reply is { IsPositive: false } reply ? reply.Code : -(long)result.Fault;

    private static int Weight(Fault fault) => fault switch
    {
        Fault.None => 0,
        Fault.RefusedTemporary or Fault.Timeout or Fault.Closed or Fault.Connect or Fault.Dns => 1,
        Fault.State => 3,
        _ => 2,
    };
}
