using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Reports;

/// <summary>Writes one report into the spool. On a worker: reads the message it is about, perhaps from the disk.</summary>
internal sealed class ReportJob(Report report, ReportParts parts, Action<Fault> committed) : IJob
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
        // The message has left the spool meanwhile, at an operator's wish: nothing is to be told any more.
        committed(fault == Fault.NotFound ? Fault.None : fault);
    }

    private Fault Write()
    {
        try
        {
            using ReturnedContent content = ReturnedContent.Choose(report, parts);
            return Write(content);
        }
        catch (IOException)
        {
            return Fault.Io;
        }
        catch (Exception exception)
        {
            parts.Log.Write(LogLevel.Error, "report", $"{report.About.Id}: {exception}");
            return Fault.Internal;
        }
    }

    private Fault Write(ReturnedContent content)
    {
        var envelope = new Envelope { Received = report.Date, EightBit = content.IsEightBit || report.IsUtf8, Utf8 = report.IsUtf8 };
        envelope.Recipients.Add(report.Sender);
        Fault fault = parts.Spool.TryBegin(envelope, content.Length + OwnText, out ISpoolWriter writer);
        if (fault != Fault.None)
            return fault;
        _writer = writer;
        using var output = new SpoolOutput(writer);
        ReportText.Write(report, content, envelope, writer.Id, output);
        output.Flush();
        // Its place in the spool may be written again once it has left, so what was read counts only if it is still there.
        return IsGone(report.About) ? Fault.NotFound : Fault.None;
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
            parts.Log.Write(LogLevel.Info, "report", $"{_writer!.Id}: tells {report.Sender.Address} that {report.About.Id} {ReportWords.Became(report.Kind)}");
        committed(fault);
    }
}
