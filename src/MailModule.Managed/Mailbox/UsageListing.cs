using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>Measures a mailbox by the names in its folders; no file is opened whose name tells its size.</summary>
internal sealed class UsageListing(MailFolders folders, SnapshotCache snapshots)
{
    private const int FolderLimit = 1000;

    /// <summary>A mailbox that is not there yet is empty. Blocks.</summary>
    public Fault Measure(string home, out MailboxUsage usage)
    {
        usage = default;
        int result = folders.Open(home, FolderName.Inbox, out MailFolder inbox);
        if (result == -Errno.NoEntry)
            return Fault.None;
        if (result < 0)
            return SystemFault.Of(result);
        List<string> names = [""];
        using (inbox)
            result = inbox.Root.ForEachName((name, _) =>
            {
                if (name.Length > 1 && name[0] == '.' && !name.SequenceEqual(".."u8) && names.Count <= FolderLimit)
                    names.Add(Encoding.UTF8.GetString(name[1..]));
            });
        foreach (string name in result < 0 ? [] : names)
            if (snapshots.Get(home, FolderName.Of(name), out MaildirSnapshot snapshot) == Fault.None)
                usage = Sum(usage, snapshot);
        return SystemFault.Of(result);
    }

    private static MailboxUsage Sum(MailboxUsage usage, MaildirSnapshot snapshot)
    {
        Int128 octets = usage.Octets;
        for (int i = 0; i < snapshot.Count; i++)
            octets += snapshot[i].Length >= 0 ? snapshot[i].Length : Math.Max(0, snapshot[i].Size);
        // Sizes stand in names, which say what their owner likes.
        long sum = octets < long.MaxValue ? (long)octets : long.MaxValue;
        return new MailboxUsage(sum, usage.Messages + snapshot.Count);
    }
}
