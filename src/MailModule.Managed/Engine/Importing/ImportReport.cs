using MailModule.Primitives;

namespace MailModule.Engine.Importing;

/// <summary>Counts files and tells of each. One thread.</summary>
/// <param name="tell">False: no more is wanted.</param>
internal sealed class ImportReport(Func<ImportedFile, bool> tell)
{
    /// <summary>Nothing more is wanted.</summary>
    public bool IsCancelled { get; private set; }

    public ImportCounts Counts { get; private set; }

    /// <summary>The first fault that was no single file's, but let others go on; what it was about in
    /// <see cref="Text"/>.</summary>
    public Fault Fault { get; private set; }

    public string Text { get; private set; } = "";

    public void Add(ImportedFile file)
    {
        ImportCounts counts = Counts;
        if (file.IsKnown)
            Counts = counts with { Known = counts.Known + 1 };
        else if (file.Fault != Fault.None)
            Counts = counts with { Failed = counts.Failed + 1 };
        else
            Counts = counts with
            {
                Messages = counts.Messages + (file.User.Length > 0 ? 1 : 0),
                Queued = counts.Queued + (file.User.Length > 0 ? 0 : 1),
                Octets = counts.Octets + file.Octets,
            };
        if (!IsCancelled)
            IsCancelled = !tell(file);
    }

    /// <summary>A folder with more names than are looked at.</summary>
    public void AddCut(string path, string user, string folder)
        => AddFolder(new ImportedFile(
            path, user, folder, 0, Fault.Limit, "it has more names than are looked at; move some elsewhere"));

    /// <summary>A folder that cannot be looked at, or a mailbox that is in use: it counts as one that failed.</summary>
    public void AddFolder(ImportedFile folder)
    {
        if (Fault == Fault.None)
            (Fault, Text) = (folder.Fault, $"{folder.Path}: {folder.Text}");
        Add(folder);
    }
}
