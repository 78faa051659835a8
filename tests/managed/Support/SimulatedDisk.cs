using MailModule.Primitives;

namespace MailModule.Tests.Support;

/// <summary>What of the writes and names that were not synced survives when the power goes.</summary>
internal enum Survival
{
    Nothing,
    Some,
    Everything,
}

/// <summary>
/// A file system in memory that knows what is durable and what is not. A call can be made to fail, or the power to go,
/// at any call; what then is on the platter becomes a new disk. Harsher than a journaling file system: each sector and
/// each name survives by itself.
/// </summary>
internal sealed class SimulatedDisk : IDisk
{
    private const int Sector = 512;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Folder> _folders;
    private readonly HashSet<string> _locked = [];
    private readonly Random _random;
    private bool _isOff;

    public SimulatedDisk(int seed = 0)
        : this(new Dictionary<string, Folder> { ["/"] = new Folder() }, seed)
    {
    }

    private SimulatedDisk(Dictionary<string, Folder> folders, int seed)
    {
        _folders = folders;
        _random = new Random(seed);
    }

    /// <summary>Asked before each call with its number from 1 and its name; a fault makes the call fail.</summary>
    public Func<int, string, Fault> Strike { get; set; } = (_, _) => Fault.None;

    /// <summary>Runs inside each sync, before it does anything.</summary>
    public Action OnSync { get; set; } = () => { };

    public long Size { get; set; } = long.MaxValue;

    /// <summary>Another program takes each octet that is given back.</summary>
    public bool IsGreedy { get; set; }

    public int Calls { get; private set; }

    public int OpenFiles { get; private set; }

    /// <summary>Another program takes all that is free.</summary>
    public void FillUp()
    {
        lock (_lock)
            Size = Used();
    }

    /// <summary>From now on every call fails.</summary>
    public void CutPower()
    {
        lock (_lock)
            _isOff = true;
    }

    /// <summary>The disk as a machine finds it that starts after the power went, or, with everything surviving, after
    /// the process ended.</summary>
    public SimulatedDisk AfterRestart(Survival survival)
    {
        lock (_lock)
        {
            var folders = new Dictionary<string, Folder>();
            foreach ((string path, Folder folder) in _folders)
                folders[path] = folder.AfterRestart(survival, _random);
            foreach (string path in folders.Keys.Where(path => !IsReachable(path, folders)).ToList())
                folders.Remove(path);
            return new SimulatedDisk(folders, _random.Next()) { Size = Size, IsGreedy = IsGreedy };
        }
    }

    public IReadOnlyCollection<string> Names(string folder)
    {
        lock (_lock)
            return [.. _folders[folder].Names.Keys];
    }

    public byte[] this[string path]
    {
        get
        {
            lock (_lock)
                return [.. Find(path)!.Now];
        }
        set
        {
            lock (_lock)
            {
                var node = new Node();
                node.Now.AddRange(value);
                node.MakeDurable();
                Folder folder = _folders[Path.GetDirectoryName(path)!];
                folder.Names[Path.GetFileName(path)] = node;
                folder.MakeDurable();
            }
        }
    }

    public Fault MakeDirectory(string path) => Call("mkdir", () =>
    {
        if (_folders.ContainsKey(path))
            return Fault.None;
        if (!_folders.TryGetValue(Path.GetDirectoryName(path)!, out Folder? parent))
            return Fault.NotFound;
        parent.Names[Path.GetFileName(path)] = new Node();
        _folders[path] = new Folder();
        return Fault.None;
    });

    public Fault OpenDirectory(string path, out IDiskDirectory directory)
    {
        directory = new Handle(this, null, _folders.GetValueOrDefault(path));
        return Call("opendir", () => _folders.ContainsKey(path) ? Fault.None : Fault.NotFound);
    }

    public Fault Open(string path, DiskOpen how, out IDiskFile file)
    {
        Node? node = null;
        Fault fault = Call(how == DiskOpen.New ? "create" : "open", () =>
        {
            node = Find(path);
            if (how == DiskOpen.Existing)
                return node is null ? Fault.NotFound : Fault.None;
            if (node is not null)
                return Fault.State;
            if (!_folders.TryGetValue(Path.GetDirectoryName(path)!, out Folder? folder))
                return Fault.NotFound;
            folder.Names[Path.GetFileName(path)] = node = new Node();
            return Fault.None;
        });
        file = new Handle(this, fault == Fault.None ? node : null, null);
        return fault;
    }

    public Fault Rename(string from, string to) => Call("rename", () =>
    {
        if (Find(from) is not { } node)
            return Fault.NotFound;
        _folders[Path.GetDirectoryName(from)!].Names.Remove(Path.GetFileName(from));
        _folders[Path.GetDirectoryName(to)!].Names[Path.GetFileName(to)] = node;
        return Fault.None;
    });

    public Fault Unlink(string path) => Call("unlink", ()
        => _folders.GetValueOrDefault(Path.GetDirectoryName(path)!)?.Names.Remove(Path.GetFileName(path)) == true
            ? Fault.None
            : Fault.NotFound);

    public Fault List(string path, List<string> names) => Call("list", () =>
    {
        names.AddRange(_folders[path].Names.Keys);
        return Fault.None;
    });

    public Fault Lock(string path, out IDisposable held)
    {
        held = new Released(() => { });
        Fault fault = Call("lock", () => _locked.Add(path) ? Fault.None : Fault.Locked);
        if (fault == Fault.None)
            held = new Released(() =>
            {
                lock (_lock)
                    _locked.Remove(path);
            });
        return fault;
    }

    public long FreeSpace(string path)
    {
        lock (_lock)
            return Math.Max(0, Size - Used());
    }

    private Fault Call(string name, Func<Fault> action)
    {
        lock (_lock)
        {
            Fault fault = _isOff ? Fault.Io : Strike(++Calls, name);
            fault = _isOff ? Fault.Io : fault != Fault.None ? fault : action();
            if (IsGreedy)
                Size = Math.Min(Size, Used());
            return fault;
        }
    }

    private long Used()
        => _folders.Values.SelectMany(folder => folder.Names.Values).Distinct().Sum(node => (long)node.Now.Count);

    private Node? Find(string path)
        => _folders.GetValueOrDefault(Path.GetDirectoryName(path)!)?.Names.GetValueOrDefault(Path.GetFileName(path));

    private static bool IsReachable(string path, Dictionary<string, Folder> folders)
        => path == "/"
            || (folders.TryGetValue(Path.GetDirectoryName(path)!, out Folder? parent)
            && parent.Names.ContainsKey(Path.GetFileName(path))
            && IsReachable(Path.GetDirectoryName(path)!, folders));

    private sealed class Node
    {
        private List<byte> _durable = [];
        private readonly List<(long Offset, byte[] Octets)> _unsynced = [];

        public List<byte> Now { get; private set; } = [];

        public void Write(ReadOnlySpan<byte> octets, long offset)
        {
            Put(Now, octets, offset);
            _unsynced.Add((offset, octets.ToArray()));
        }

        public void MakeDurable()
        {
            _durable = [.. Now];
            _unsynced.Clear();
        }

        /// <summary>A failed sync: some of it arrived, and the kernel takes all for clean.</summary>
        public void LosePages(Random random)
        {
            Persist(_durable, Survival.Some, random);
            _unsynced.Clear();
        }

        public Node AfterRestart(Survival survival, Random random)
        {
            var node = new Node { Now = survival == Survival.Everything ? [.. Now] : [.. _durable] };
            if (survival == Survival.Some)
                Persist(node.Now, survival, random);
            node.MakeDurable();
            return node;
        }

        private void Persist(List<byte> target, Survival survival, Random random)
        {
            foreach ((long offset, byte[] octets) in _unsynced)
                for (int at = 0, length; at < octets.Length; at += length)
                {
                    length = (int)Math.Min(Sector - (offset + at) % Sector, octets.Length - at);
                    if (survival == Survival.Everything || random.Next(2) == 0)
                        Put(target, octets.AsSpan(at, length), offset + at);
                }
        }

        private static void Put(List<byte> target, ReadOnlySpan<byte> octets, long offset)
        {
            int missing = (int)(offset + octets.Length) - target.Count;
            if (missing > 0)
                target.AddRange(new byte[missing]);
            octets.CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(target)[(int)offset..]);
        }
    }

    private sealed class Folder
    {
        private Dictionary<string, Node> _durable = [];

        public Dictionary<string, Node> Names { get; private set; } = [];

        public void MakeDurable() => _durable = new Dictionary<string, Node>(Names);

        public Folder AfterRestart(Survival survival, Random random)
        {
            var folder = new Folder();
            var nodes = new Dictionary<Node, Node>();
            foreach (string name in Names.Keys.Union(_durable.Keys))
            {
                bool takeNow = survival == Survival.Everything || (survival == Survival.Some && random.Next(2) == 0);
                Node? node = (takeNow ? Names : _durable).GetValueOrDefault(name);
                if (node is null)
                    continue;
                if (!nodes.TryGetValue(node, out Node? copy))
                    nodes.Add(node, copy = node.AfterRestart(survival, random));
                folder.Names[name] = copy;
            }
            folder.MakeDurable();
            return folder;
        }
    }

    private sealed class Released(Action release) : IDisposable
    {
        public void Dispose() => release();
    }

    private sealed class Handle : IDiskFile, IDiskDirectory
    {
        private readonly SimulatedDisk _disk;
        private readonly Node? _node;
        private readonly Folder? _folder;
        private bool _isOpen;

        public Handle(SimulatedDisk disk, Node? node, Folder? folder)
        {
            (_disk, _node, _folder) = (disk, node, folder);
            _isOpen = node is not null;
            lock (disk._lock)
                disk.OpenFiles += _isOpen ? 1 : 0;
        }

        public long Length
        {
            get
            {
                lock (_disk._lock)
                    return _node?.Now.Count ?? 0;
            }
        }

        public Fault Read(Span<byte> buffer, long offset, out int count)
        {
            byte[] read = [];
            int length = buffer.Length;
            Fault fault = _disk.Call("read", () =>
            {
                int start = (int)Math.Min(offset, _node!.Now.Count);
                read = [.. _node.Now.GetRange(start, Math.Min(length, _node.Now.Count - start))];
                return Fault.None;
            });
            read.CopyTo(buffer);
            count = read.Length;
            return fault;
        }

        public Fault Write(ReadOnlySpan<byte> octets, long offset)
        {
            byte[] copy = octets.ToArray();
            bool isWritten = false;
            Fault fault = _disk.Call("write", () =>
            {
                if (_disk.Used() + Math.Max(0, offset + copy.Length - _node!.Now.Count) > _disk.Size)
                    return Fault.Full;
                _node.Write(copy, offset);
                isWritten = true;
                return Fault.None;
            });
            // A write that fails, or is cut off, may have done a part of its work.
            if (!isWritten && fault == Fault.Io)
                lock (_disk._lock)
                    _node!.Write(copy.AsSpan(0, copy.Length / 2), offset);
            return fault;
        }

        Fault IDiskFile.Sync()
        {
            _disk.OnSync();
            bool isSynced = false;
            Fault fault = _disk.Call("fdatasync", () =>
            {
                _node!.MakeDurable();
                isSynced = true;
                return Fault.None;
            });
            if (!isSynced && !_disk._isOff)
                lock (_disk._lock)
                    _node!.LosePages(_disk._random);
            return fault;
        }

        Fault IDiskDirectory.Sync() => _disk.Call("fsync", () =>
        {
            _folder!.MakeDurable();
            return Fault.None;
        });

        public void Dispose()
        {
            lock (_disk._lock)
            {
                _disk.OpenFiles -= _isOpen ? 1 : 0;
                _isOpen = false;
            }
        }
    }
}
