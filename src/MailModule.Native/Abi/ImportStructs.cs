using System.Runtime.InteropServices;
using MailModule.Engine.Importing;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary><c>mm_import_options</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ImportOptionsLayout
{
    private const int DryRun = 1;
    private const int Unstuffed = 2;

    public nuint Size;
    public nint Name;
    public nint Queue;
    public int Flags;
    public int Reserved;

    /// <summary>Reads what the host gives.</summary>
    /// <param name="pointer">0: all members are 0.</param>
    public static Fault Read(nint pointer, out ImportOptions options)
    {
        options = new ImportOptions(null, null, false, false);
        if (pointer == 0)
            return Fault.None;
        var fault = Layout.Read(pointer, out ImportOptionsLayout given);
        if (fault != Fault.None)
            return fault;
        if ((given.Flags & ~(DryRun | Unstuffed)) != 0 || given.Reserved != 0)
            return FaultReason.Because(Fault.Argument, "flags has no such bit, or reserved is not 0");
        fault = Text.ReadOptional(given.Name, "name", out string? name);
        string? queue = null;
        if (fault == Fault.None)
            fault = Text.ReadOptional(given.Queue, "queue", out queue);
        if (fault == Fault.None && queue is { Length: 0 })
            fault = FaultReason.Because(Fault.Argument, "queue is empty");
        if (fault == Fault.None)
            options = new ImportOptions(
                name, queue, (given.Flags & DryRun) != 0, (given.Flags & Unstuffed) != 0);
        return fault;
    }
}

/// <summary><c>mm_import_file</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ImportFileLayout
{
    public nuint Size;
    public nint Path;
    public nint Name;
    public nint Folder;
    public nint Text;
    public long Octets;
    public int Error;
    public int Known;
}

/// <summary><c>mm_import_result</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ImportResultLayout
{
    public nuint Size;
    public long Messages;
    public long Queued;
    public long Known;
    public long Failed;
    public long Octets;

    public static ImportResultLayout Of(ImportCounts counts) => new()
    {
        Messages = counts.Messages,
        Queued = counts.Queued,
        Known = counts.Known,
        Failed = counts.Failed,
        Octets = counts.Octets,
    };
}
