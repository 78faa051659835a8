using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Importing;

/// <summary>A file of the old module's in a folder. Immutable.</summary>
/// <param name="Name">In its folder.</param>
/// <param name="Number">What the name says.</param>
internal sealed record LegacyFile(string Name, uint Number)
{
    /// <summary>Names that are read of a folder: whoever owns it makes as many as the disk has.</summary>
    public const int MostNames = 1_000_000;

    private const byte KindFolder = 4;
    private const byte KindUnknown = 0;

    public byte[] Octets => Encoding.UTF8.GetBytes(Name);

    /// <summary>The name without its end.</summary>
    public string Id => $"{Number:X8}";

    /// <summary>The old module's files of a folder, and the folders in it, each in the order of their names.</summary>
    /// <param name="isCut">There are more than <see cref="MostNames"/>.</param>
    /// <returns>0, or what went wrong (<see cref="FileCalls"/>).</returns>
    public static int List(
        HomeFolder folder, out List<LegacyFile> files, out List<string> folders, out bool isCut)
    {
        var found = new List<LegacyFile>();
        var inner = new List<string>();
        var unknown = new List<string>();
        int count = 0;
        int result = folder.ForEachName((name, kind) =>
        {
            count++;
            if (LegacyFileName.TryRead(name, out uint number) && kind != KindFolder)
                found.Add(new LegacyFile(Encoding.UTF8.GetString(name), number));
            else if (kind is KindFolder or KindUnknown && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                (kind == KindFolder ? inner : unknown).Add(Encoding.UTF8.GetString(name));
        }, MostNames);
        foreach (string name in unknown)
            if (folder.Stat(Encoding.UTF8.GetBytes(name), out FileStamp stamp) >= 0 && stamp.IsDirectory)
                inner.Add(name);
        found.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        inner.Sort(string.CompareOrdinal);
        (files, folders, isCut) = (found, inner, count >= MostNames);
        return result;
    }
}
