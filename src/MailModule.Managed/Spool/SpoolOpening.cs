using System.Globalization;
using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Spool;

/// <summary>The steps from a path to an open spool; each may fail with a fault and a text for a human, and then nothing
/// stays open.</summary>
internal sealed class SpoolOpening(SpoolOptions options)
{
    private const string Signature = "mailmodule-spool ";
    private const int Version = 1;
    private const int ShareOfDescriptors = 4;

    private readonly IDisk _disk = options.Disk;
    private readonly SpoolPaths _paths = new(options.Directory);
    private readonly List<IDisposable> _opened = [];
    private string _problem = "";

    public Fault Run(out LogSpool? spool, out string problem)
    {
        spool = null;
        Fault fault = Open(out IDisposable held, out IDiskDirectory directory, out IDiskDirectory bodies);
        RecoveredLog? log = null;
        if (fault == Fault.None)
            fault = Recover(out log);
        problem = _problem;
        if (fault != Fault.None)
        {
            foreach (IDisposable one in _opened)
                one.Dispose();
            return fault;
        }
        var folder = new BodyFolder(_disk, _paths.Bodies, bodies, BodyFileLimit(), options.RunJob);
        spool = new LogSpool(options, held, folder, directory, log!);
        return Fault.None;
    }

    private Fault Open(out IDisposable held, out IDiskDirectory directory, out IDiskDirectory bodies)
    {
        (held, directory, bodies) = (null!, null!, null!);
        Fault fault = Check(MakeDirectories(options.Directory), $"the spool {options.Directory} cannot be made");
        if (fault == Fault.None)
            fault = Lock(out held);
        if (fault == Fault.None)
            fault = Check(Keep(held, _disk.OpenDirectory(options.Directory, out directory)),
                $"the spool {options.Directory} cannot be opened");
        if (fault == Fault.None)
            fault = CheckVersion(Keep(directory));
        if (fault == Fault.None)
            fault = Check(_disk.MakeDirectory(_paths.Bodies), $"{_paths.Bodies} cannot be made");
        if (fault == Fault.None)
            fault = Check(directory.Sync(), $"the spool {options.Directory} cannot be synced");
        if (fault == Fault.None)
            fault = Check(_disk.OpenDirectory(_paths.Bodies, out bodies), $"{_paths.Bodies} cannot be opened");
        if (fault == Fault.None)
            Keep(bodies);
        return fault;
    }

    private Fault Lock(out IDisposable held)
    {
        Fault fault = _disk.Lock(_paths.Lock, out held);
        if (fault != Fault.Locked)
            return Check(fault, $"the spool {options.Directory} cannot be locked");
        _problem = $"the spool {options.Directory} is in use by {_disk.HolderOf(_paths.Lock)}";
        return fault;
    }

    private Fault Recover(out RecoveredLog log)
    {
        var recovery = new Recovery(options);
        Fault fault = recovery.Run(out log);
        _problem = recovery.Problem;
        return fault;
    }

    private Fault MakeDirectories(string path)
    {
        Fault fault = _disk.MakeDirectory(path);
        if (fault != Fault.NotFound || ParentOf(path) is not { } parent)
            return fault;
        fault = MakeDirectories(parent);
        return fault == Fault.None ? _disk.MakeDirectory(path) : fault;
    }

    // A new directory counts only when its parent is synced; who made it, and whether that run came so far, is not
    // known.
    private Fault SyncParents(string path)
    {
        Fault fault = Fault.None;
        while (fault == Fault.None && ParentOf(path) is { } parent)
        {
            path = parent;
            // A parent that we may pass through but not read was there before us.
            fault = _disk.OpenDirectory(path, out IDiskDirectory directory);
            if (fault == Fault.NotSupported)
                return Fault.None;
            using (directory)
                fault = fault == Fault.None ? directory.Sync() : fault;
        }
        return fault;
    }

    private static string? ParentOf(string path)
    {
        string? parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        return string.IsNullOrEmpty(parent) ? null : parent;
    }

    private Fault CheckVersion(IDiskDirectory directory)
    {
        Fault fault = ReadVersion(out string text);
        if (fault is not (Fault.None or Fault.NotFound))
            return Check(fault, $"{_paths.Version} cannot be read");
        bool isOurs = text.StartsWith(Signature, StringComparison.Ordinal);
        ReadOnlySpan<char> number = isOurs ? text.AsSpan(Signature.Length).TrimEnd('\n') : default;
        if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int version))
            return version <= Version ? Fault.None : Check(Fault.NotSupported,
                $"the spool {options.Directory} was written by a later version "
                + $"(format {version}, this one knows {Version})");
        // None, or damaged: each segment says its version too.
        return Check(WriteVersion(directory), $"{_paths.Version} cannot be written");
    }

    private Fault ReadVersion(out string text)
    {
        text = "";
        Fault fault = _disk.Open(_paths.Version, DiskOpen.Existing, out IDiskFile file);
        if (fault != Fault.None)
            return fault;
        using (file)
        {
            Span<byte> octets = stackalloc byte[64];
            fault = file.Read(octets, 0, out int count);
            text = Encoding.Latin1.GetString(octets[..count]);
            return fault;
        }
    }

    private Fault WriteVersion(IDiskDirectory directory)
    {
        Fault fault = SyncParents(options.Directory);
        if (fault != Fault.None)
            return fault;
        _disk.Unlink(_paths.NewVersion);
        fault = _disk.Open(_paths.NewVersion, DiskOpen.New, out IDiskFile file);
        if (fault != Fault.None)
            return fault;
        using (file)
        {
            fault = file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"{Signature}{Version}\n")), 0);
            if (fault == Fault.None)
                fault = file.Sync();
        }
        if (fault == Fault.None)
            fault = _disk.Rename(_paths.NewVersion, _paths.Version);
        return fault == Fault.None ? directory.Sync() : fault;
    }

    private int BodyFileLimit()
        => options.BodyFileLimit > 0 ? options.BodyFileLimit
            : Math.Max(1, DiskCalls.DescriptorLimit() / ShareOfDescriptors);

    private Fault Keep(IDisposable opened, Fault next)
    {
        Keep(opened);
        return next;
    }

    private T Keep<T>(T opened) where T : IDisposable
    {
        _opened.Add(opened);
        return opened;
    }

    private Fault Check(Fault fault, string problem)
    {
        if (fault != Fault.None)
            _problem = fault == Fault.NotSupported ? problem : $"{problem}: {SystemFault.Describe(fault)}";
        // Nothing of a spool has to be there: what cannot be made for want of a place is the file system's refusal.
        return fault == Fault.NotFound ? Fault.Io : fault;
    }
}
