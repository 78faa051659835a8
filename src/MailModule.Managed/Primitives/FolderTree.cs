namespace MailModule.Primitives;

/// <summary>Folders with those above them.</summary>
internal static class FolderTree
{
    /// <summary>Makes a folder, and those above it, that are not there; each with mode 0700.</summary>
    public static Fault MakeTree(this IDisk disk, string path)
    {
        Fault fault = disk.MakeDirectory(path);
        if (fault != Fault.NotFound || Path.GetDirectoryName(path) is not { Length: > 0 } above)
            return fault;
        fault = disk.MakeTree(above);
        return fault == Fault.None ? disk.MakeDirectory(path) : fault;
    }
}
