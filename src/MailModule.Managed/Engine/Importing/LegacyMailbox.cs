using System.Text;
using MailModule.Delivery.Local;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Importing;

/// <summary>
/// Takes over one user's <c>home/mbox</c>, with its folders, into the mailbox. One thread; blocks.
/// </summary>
/// <remarks>
/// Invariant: a file is noted only when its message is durable in the mailbox. A crash in between brings the message
/// again, under the same name in the mailbox (it is made of the file's name and digest), so that one copy stays.
/// Meanwhile nobody else has the mailbox open, who could delete it in between.
/// </remarks>
internal sealed class LegacyMailbox(
    ImportSubject subject, ImportOptions options, ImportReport report, string user, string home)
{
    private const int BatchFiles = 256;
    private const long BatchOctets = 32 << 20;
    private const int DeepestFolder = 16;
    private const int DigestDigits = 31;

    private readonly LegacyReader _reader = new(subject, isQueue: false, options.IsUnstuffed);
    private readonly List<(string Digest, string Name, ImportedFile File)> _delivered = [];
    private ImportedFiles? _notes;

    private string Root => Path.Combine(home, "mbox");

    /// <summary>What went wrong with all of it; a file that fails alone is told and passed over.</summary>
    public Fault Run()
    {
        int result = HomeFolder.Open(subject.Calls, home, out HomeFolder? folder);
        if (result == -Errno.NoEntry)
            return Fault.None;
        if (result < 0)
            return SystemFault.Of(result);
        using (folder)
        {
            result = folder!.OpenFolder("mbox"u8, out HomeFolder? mbox);
            if (result == -Errno.NoEntry)
                return Fault.None;
            if (result < 0)
                return SystemFault.Of(result);
            using (mbox)
                return Run(mbox!);
        }
    }

    private Fault Run(HomeFolder mbox)
    {
        IMaildrop? held = null;
        Fault fault = options.IsDryRun ? Fault.None : subject.Store.Open(home, out held);
        if (fault != Fault.None)
            return fault;
        using (held)
        {
            _notes = new ImportedFiles(subject.Calls, mbox);
            fault = _notes.Load();
            if (fault == Fault.None)
                fault = TakeFolder(mbox, [], "");
            // What is in the mailbox by now is to be noted, whatever came then.
            Fault flushed = Flush();
            return fault == Fault.None ? flushed : fault;
        }
    }

    private Fault TakeFolder(HomeFolder place, string[] names, string folder)
    {
        int result = LegacyFile.List(place, out List<LegacyFile> files, out List<string> inner, out bool isCut);
        if (result < 0)
            return SystemFault.Of(result);
        if (isCut)
            report.AddCut(Path.Combine([Root, .. names]), user, folder);
        foreach (LegacyFile file in files)
            if (TakeFile(place, names, folder, file) is var fault and not Fault.None)
                return fault;
        foreach (string name in inner)
            if (TakeInner(place, [.. names, name]) is var fault and not Fault.None)
                return fault;
        return Fault.None;
    }

    private Fault TakeInner(HomeFolder place, string[] names)
    {
        string path = Path.Combine([Root, .. names]);
        if (names.Length > DeepestFolder || !SubFolder.TryParse(string.Join('/', names), home, out string folder))
        {
            report.AddFolder(new ImportedFile(
                path, user, "", 0, Fault.Argument, "no folder of a mailbox can have this name"));
            return Fault.None;
        }
        int result = place.OpenFolder(Encoding.UTF8.GetBytes(names[^1]), out HomeFolder? opened);
        if (result < 0)
        {
            Fault fault = SystemFault.Of(result);
            report.AddFolder(new ImportedFile(path, user, folder, 0, fault, SystemFault.Describe(fault)));
            return Fault.None;
        }
        using (opened)
            return TakeFolder(opened!, names, folder);
    }

    private Fault TakeFile(HomeFolder place, string[] names, string folder, LegacyFile file)
    {
        if (report.IsCancelled || subject.Stopping.IsCancellationRequested)
            return Fault.Cancelled;
        string note = string.Join('/', [.. names, file.Name]);
        var told = new ImportedFile(Path.Combine([Root, .. names, file.Name]), user, folder, 0);
        Fault fault = _reader.Read(
            place, file, digest => !options.IsDryRun && !_notes!.Contains(digest, note),
            out LegacyMessage? message, out string problem);
        if (fault != Fault.None)
            return Failed(told, fault, problem);
        using (message)
            return Take(message!, file, note, told with { Octets = message!.Octets });
    }

    private Fault Take(LegacyMessage message, LegacyFile file, string note, ImportedFile told)
    {
        if (_notes!.Contains(message.Digest, note))
            report.Add(told with { IsKnown = true });
        else if (options.IsDryRun)
            report.Add(told);
        else
        {
            Fault fault = Deliver(message, file, told.Folder);
            if (fault != Fault.None)
                return Failed(told, fault, "");
            _delivered.Add((message.Digest, note, told));
            if (_delivered.Count >= BatchFiles || _delivered.Sum(one => one.File.Octets) >= BatchOctets)
                return Flush();
        }
        return Fault.None;
    }

    private Fault Deliver(LegacyMessage message, LegacyFile file, string folder)
    {
        string id = $"M{file.Id}{message.Digest[..DigestDigits]}";
        return folder.Length == 0
            ? subject.Store.Deliver(home, id, message.Received, message.Content!, mayBeDuplicate: true)
            : subject.Store.DeliverInto(home, folder, id, message.Received, message.Content!);
    }

    // A full disk is full for the next file too.
    private Fault Failed(ImportedFile told, Fault fault, string problem)
    {
        if (fault is Fault.Full or Fault.Memory or Fault.Cancelled)
            return fault;
        report.Add(told with { Fault = fault, Text = problem.Length > 0 ? problem : SystemFault.Describe(fault) });
        return Fault.None;
    }

    private Fault Flush()
    {
        if (_delivered.Count == 0)
            return Fault.None;
        Fault fault = subject.Store.Sync();
        if (fault == Fault.None)
            fault = _notes!.Add(_delivered.Select(one => (one.Digest, one.Name)));
        if (fault == Fault.None)
            foreach ((_, _, ImportedFile file) in _delivered)
                report.Add(file);
        _delivered.Clear();
        return fault;
    }
}
