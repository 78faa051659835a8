using System.Buffers;
using MailModule.Authentication.Results;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Spool;

namespace MailModule.Delivery.Outgoing;

/// <summary>
/// The recipients of a submission whose message goes into the spool: one message for all of them. They have their final
/// state when it is durable.
/// </summary>
internal sealed class SpoolRecipientGroup(
    Submission submission, IReadOnlyList<SubmittedRecipient> recipients, SubmissionState whenDurable) : IRecipientGroup
{
    private const int PieceLength = 64 * 1024;

    private readonly ForgedResults? _forged = submission.OwnId is { } id ? new ForgedResults(id) : null;
    private ISpoolWriter? _writer;
    private volatile bool _isCancelled;

    // On a worker: it waits for the disk alone.
    public void Begin()
    {
        Fault fault = Write();
        if (fault == Fault.None && submission.TryPassCancel(recipients))
        {
            _writer!.CommitAfterConsumer(Committed);
            return;
        }
        _writer?.Discard();
        End(fault == Fault.None || _isCancelled ? Fault.Cancelled : fault);
    }

    public void Cancel() => _isCancelled = true;

    private Fault Write()
    {
        Envelope envelope = submission.NewEnvelope(recipients);
        Recipient[] different = [.. envelope.Recipients.Distinct()];
        if (different.Length < envelope.Recipients.Count)
        {
            envelope.Recipients.Clear();
            envelope.Recipients.AddRange(different);
        }
        Fault fault = submission.Spool!.TryBegin(envelope, submission.Content.WireLength, out ISpoolWriter writer);
        if (fault != Fault.None)
            return fault;
        _writer = writer;
        using var room = new ManualResetEventSlim();
        Append(FieldsOf(envelope, writer.Id), room);
        return AppendContent(room);
    }

    private ReadOnlySpan<byte> FieldsOf(Envelope envelope, string id)
    {
        var fields = new ArrayBufferWriter<byte>(512);
        ReturnPath.Write(fields, envelope.ReversePath);
        submission.WriteFields(fields, envelope, id);
        return fields.WrittenSpan;
    }

    private Fault AppendContent(ManualResetEventSlim room)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        Fault fault = Fault.None;
        long at = submission.Replaced;
        for (int count = 1; count > 0 && fault == Fault.None && !_isCancelled; at += count)
        {
            fault = submission.Content.Read(piece, at, out count);
            // a NUL would be left out on the way to another host, and is as well left out of a mailbox
            for (ReadOnlySpan<byte> rest = piece.AsSpan(0, count); !rest.IsEmpty;)
                Append(NulOctets.TakeRun(ref rest), room);
        }
        ArrayPool<byte>.Shared.Return(piece);
        if (_forged is { IsOver: false } forged)
            Write(forged.End(), room);
        return fault == Fault.None && at < submission.Content.Length && !_isCancelled ? Fault.Io : fault;
    }

    private void Append(ReadOnlySpan<byte> piece, ManualResetEventSlim room)
        => Write(_forged is { } forged ? forged.Pass(piece) : piece, room);

    private void Write(ReadOnlySpan<byte> piece, ManualResetEventSlim room)
    {
        if (_writer!.Append(piece, room.Set))
            return;
        room.Wait();
        room.Reset();
    }

    // On the committer's thread.
    private void Committed(Fault fault)
    {
        if (fault != Fault.None)
            _writer!.Discard();
        End(fault);
    }

    private void End(Fault fault)
    {
        AttemptResult? failure = fault == Fault.None
            ? null
            : new AttemptResult
            {
                Kind = AttemptResultKind.Failed,
                Fault = fault,
                Enhanced = "4.3.0",
                Happened = fault == Fault.Cancelled
                    ? "cancelled"
                    : $"the spool {submission.Spool!.Folder}: {FaultWords.Of(fault)}",
            };
        SubmissionState state = failure is null ? whenDurable : SubmissionState.Failed;
        string id = failure is null ? _writer!.Id : "";
        foreach (SubmittedRecipient recipient in recipients)
            submission.FinishRecipient(recipient, state, failure, id, submission.Content.Length);
        submission.Ended(this);
    }
}
