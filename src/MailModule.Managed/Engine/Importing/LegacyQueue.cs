using System.Net;
using MailModule.Delivery;
using MailModule.Delivery.Local;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;

namespace MailModule.Engine.Importing;

/// <summary>
/// Takes over the old module's folder of queued mail into the spool. Each message is noted as taken over by a recipient
/// of its own (<see cref="ImportedMail"/>). One thread; blocks.
/// </summary>
internal sealed class LegacyQueue(ImportSubject subject, ImportOptions options, ImportReport report, string path)
{
    /// <summary>For notes of an earlier run that died.</summary>
    private static readonly TimeSpan NotesTime = TimeSpan.FromSeconds(30);

    private readonly LegacyReader _reader = new(subject, isQueue: true, options.IsUnstuffed);
    private readonly HashSet<string> _onTheWay = new(StringComparer.Ordinal);
    private ImportedFiles? _notes;

    /// <summary>What went wrong with all of it; a file that fails alone is told and passed over.</summary>
    public Fault Run()
    {
        int result = HomeFolder.Open(subject.Calls, path, out HomeFolder? folder);
        if (result < 0)
            return FaultReason.Because(SystemFault.Of(result), $"{path}: {SystemFault.WordsOf(-result)}");
        using (folder)
        {
            Fault fault = LoadNotes(folder!);
            if (fault != Fault.None)
                return fault;
            result = LegacyFile.List(folder!, out List<LegacyFile> files, out _, out bool isCut);
            if (result < 0)
                return SystemFault.Of(result);
            if (isCut)
                report.AddCut(path, "", "");
            foreach (LegacyFile file in files)
                if ((fault = TakeFile(folder!, file)) != Fault.None)
                    return fault;
            return Fault.None;
        }
    }

    // What the spool has from an earlier run counts, also where the note could not be made yet.
    private Fault LoadNotes(HomeFolder folder)
    {
        _notes = new ImportedFiles(subject.Calls, folder);
        if (!subject.Delivery.CatchUpNotes(NotesTime))
            return FaultReason.Because(Fault.Timeout, "what was taken over before is not noted yet");
        foreach (var waiting in subject.Delivery.Waiting.All)
            foreach (Recipient recipient in waiting.Entry.Envelope.Recipients)
                if (recipient.Maildrop is { } maildrop && ImportedMail.IsOne(maildrop))
                    _onTheWay.Add(maildrop);
        return _notes.Load();
    }

    private Fault TakeFile(HomeFolder folder, LegacyFile file)
    {
        if (report.IsCancelled || subject.Stopping.IsCancellationRequested)
            return Fault.Cancelled;
        var told = new ImportedFile(Path.Combine(path, file.Name), "", "", 0);
        Fault fault = _reader.Read(
            folder, file, digest => !options.IsDryRun && !IsKnown(digest, file),
            out LegacyMessage? message, out string problem);
        if (fault != Fault.None)
            return Failed(told, fault, problem);
        using (message)
            return Take(message!, file, told with { Octets = message!.Octets });
    }

    private bool IsKnown(string digest, LegacyFile file)
        => _notes!.Contains(digest, file.Name)
            || _onTheWay.Contains(new ImportedMail(path, file.Name, digest).ToString());

    private Fault Take(LegacyMessage message, LegacyFile file, ImportedFile told)
    {
        if (IsKnown(message.Digest, file))
        {
            report.Add(told with { IsKnown = true });
            return Fault.None;
        }
        if (EnvelopeOf(message, out Envelope envelope) is { } problem)
            return Failed(told, Fault.Argument, problem);
        if (options.IsDryRun)
        {
            report.Add(told);
            return Fault.None;
        }
        envelope.Add(new ImportedMail(path, file.Name, message.Digest).ToRecipient());
        envelope.EightBit = message.Content!.IsEightBit;
        using Stream content = message.Content.OpenRead();
        Fault fault = SpoolCopy.Write(subject.Spool, envelope, content, message.Content.Length, out _);
        if (fault != Fault.None)
            return Failed(told, fault, "");
        report.Add(told);
        return Fault.None;
    }

    // Null: it can be sent. The time of its coming stands in its Received; attempts count from now on.
    private string? EnvelopeOf(LegacyMessage message, out Envelope envelope)
    {
        envelope = new Envelope { Received = DateTimeOffset.UtcNow };
        if (message.First is not { } first)
            return "its first line is not that of a queued message";
        if (LegacyTrace.SenderOf(first, subject.HostName()) is not { } sender)
            return $"the sender is not an address: {first.Sender}";
        envelope.ReversePath = sender;
        envelope.Helo = first.Helo;
        envelope.Client = first.Client is { } client ? new IPEndPoint(client, 0) : null;
        envelope.Utf8 = sender.NeedsUtf8;
        foreach (string text in first.Recipients)
        {
            if (LegacyTrace.AddressOf(text, subject.HostName()) is not { } address)
                return $"a recipient is not an address: {text}";
            RelayVerdict verdict = subject.Policy().CheckRecipient(address, mayRelay: true);
            if (!verdict.IsAccepted)
                return $"no such user here: {text}";
            var recipient = new Recipient(address, verdict.Maildrop);
            if (!envelope.Names(recipient))
                envelope.Add(recipient);
            envelope.Utf8 |= address.NeedsUtf8;
        }
        return envelope.Recipients.Count == 0 ? "it has no recipient" : null;
    }

    // What the spool does not take now it does not take for the next file either.
    private Fault Failed(ImportedFile told, Fault fault, string problem)
    {
        if (fault is Fault.Full or Fault.Memory or Fault.Cancelled)
            return fault;
        report.Add(told with { Fault = fault, Text = problem.Length > 0 ? problem : SystemFault.Describe(fault) });
        return Fault.None;
    }
}
