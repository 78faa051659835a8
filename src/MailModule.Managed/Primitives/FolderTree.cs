namespace MailModule.Primitives;

/// <summary>Folders that are made when they are needed, with those above them.</summary>
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

    /// <summary>Makes a new file; also its folder, if that is not there.</summary>
    public static Fault CreateIn(this IDisk disk, string folder, string name, out IDiskFile file)
    {
        string path = Path.Combine(folder, name);
        Fault fault = disk.Open(path, DiskOpen.New, out file);
        if (fault != Fault.NotFound)
            return fault;
        fault = disk.MakeTree(folder);
        return fault == Fault.None ? disk.Open(path, DiskOpen.New, out file) : fault;
    }
}
