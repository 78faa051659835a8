using MailModule.Delivery.Signing;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Reports;

/// <summary>
/// Writes one DSN into the spool. On a worker: reads the message it is about, perhaps from the disk.
/// </summary>
internal sealed class DsnJob(Dsn dsn, DsnDependencies dependencies, Action<Fault> committed) : IJob
{
    private const int OwnText = 8 * 1024;

    private ISpoolWriter? _writer;

    /// <remarks>Exactly one call of the completion: from here, or from the commit once it was asked for.</remarks>
    public void Run()
    {
        Fault fault = Write();
        if (fault == Fault.None)
        {
            _writer!.Commit(Committed);
            return;
        }
        _writer?.Discard();
        // An operator has taken the message out of the spool meanwhile: nothing is to be told any more.
        committed(fault == Fault.NotFound ? Fault.None : fault);
    }

    private Fault Write()
    {
        try
        {
            using ReturnedContent content = ReturnedContent.Choose(dsn, dependencies);
            return Write(content);
        }
        catch (IOException)
        {
            return Fault.Io;
        }
        catch (Exception exception)
        {
            dependencies.Log.Write(LogLevel.Error, "report", $"{dsn.Original.Id}: {exception}");
            return Fault.Internal;
        }
    }

    private Fault Write(ReturnedContent content)
    {
        var envelope = new Envelope
        {
            Received = dsn.Date,
            EightBit = content.IsEightBit || dsn.IsUtf8,
            Utf8 = dsn.IsUtf8,
            AvoidsInner = true,
        };
        envelope.Recipients.Add(dsn.Sender);
        Fault fault = dependencies.Spool.TryBegin(envelope, content.Length + OwnText, out ISpoolWriter writer);
        if (fault != Fault.None)
            return fault;
        SigningOptions? signing = dependencies.Signing();
        _writer = signing is null
            ? writer
            : new SignedWriter(
                dependencies.Spool, writer, envelope, signing,
                (field, id) => DsnMessage.WriteReceived(dsn, envelope, id, field));
        using var output = new SpoolDsnOutput(_writer);
        if (signing is null)
            DsnMessage.WriteTrace(dsn, envelope, writer.Id, output);
        DsnMessage.Write(dsn, content, writer.Id, output);
        output.Flush();
        // The place of a message that has left the spool may be written anew, so what was read counts only if the
        // message is still there.
        return IsGone(dsn.Original) ? Fault.NotFound : Fault.None;
    }

    private static bool IsGone(ISpoolEntry entry)
    {
        for (int i = 0; i < entry.Envelope.Recipients.Count; i++)
            if (!entry.IsDone(i))
                return false;
        return true;
    }

    // On the committer's thread.
    private void Committed(Fault fault)
    {
        if (fault != Fault.None)
            _writer!.Discard();
        else
            dependencies.Log.Write(
                LogLevel.Info, "report",
                $"{_writer!.Id}: tells {dsn.Sender.Address} that {dsn.Original.Id} {DsnWords.WhatHappened(dsn.Kind)}");
        committed(fault);
    }
}
