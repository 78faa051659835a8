using System.Buffers.Binary;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// Reads what an earlier run left: every whole record counts, marks and voids are applied, bodies that nobody needs are unlinked. Changes nothing else, so
/// that a start that fails can be tried again. See docs/spool-states.md, "what a crash leaves".
/// </summary>
internal sealed class Recovery(SpoolOptions options)
{
    private readonly IDisk _disk = options.Disk;
    private readonly SpoolPaths _paths = new(options.Directory);
    private readonly RecoveredLog _log = new();
    private readonly Dictionary<long, Segment> _segments = [];
    private readonly List<(Segment Segment, uint Offset, MessageRecord Record)> _messages = [];
    private readonly Dictionary<(long Segment, uint Offset), List<int>> _marks = [];
    private readonly HashSet<(Segment Holder, long About)> _abouts = [];

    /// <summary>What is wrong, for a human; empty if nothing is.</summary>
    public string Problem { get; private set; } = "";

    public Fault Run(out RecoveredLog log)
    {
        log = _log;
        var names = new List<string>();
        Fault fault = _disk.List(options.Directory, names);
        if (fault != Fault.None)
            return Fail(fault, $"the spool {options.Directory} cannot be listed");
        names.Sort(StringComparer.Ordinal);
        foreach (string name in names)
            if (fault == Fault.None)
                fault = ReadNamed(name);
        if (fault == Fault.None)
            fault = Conclude();
        return fault;
    }

    private Fault ReadNamed(string name)
    {
        if (SpoolPaths.IsFree(name))
            _log.Free.Add(_paths.Named(name));
        if (!SpoolPaths.IsSegment(name, out long number))
            return Fault.None;
        var segment = new Segment(number, _paths.Segment(number));
        _segments.Add(number, segment);
        _log.Segments.Add(segment);
        Fault fault = _disk.Open(segment.Path, DiskOpen.Existing, out IDiskFile file);
        if (fault != Fault.None)
            return Fail(fault, $"the segment {segment.Path} cannot be opened");
        using (file)
            return ReadSegment(segment, new SegmentScan(file, number));
    }

    private Fault ReadSegment(Segment segment, SegmentScan scan)
    {
        if (scan.ReadVersion() > SegmentHeader.Version)
            return Fail(Fault.NotSupported, $"the segment {segment.Path} was written by a later version");
        while (scan.TryNext(out RecordHeader header, out uint offset, out ReadOnlySpan<byte> payload))
            if (!TryTakeRecord(segment, header.Type, offset, payload))
                return Fail(Fault.NotSupported, $"the record of type {(int)header.Type} at {offset} of {segment.Path} was written by a later version");
        if (scan.Fault != Fault.None)
            return Fail(scan.Fault, $"the segment {segment.Path} cannot be read");
        if (scan.Damaged > 0)
            Damage(scan.Damaged, $"{segment.Path}: damaged in {scan.Damaged} places");
        return Fault.None;
    }

    private bool TryTakeRecord(Segment segment, RecordType type, uint offset, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case RecordType.Message:
                TakeMessage(segment, offset, payload);
                return true;
            case RecordType.Done:
                for (; payload.Length >= DoneMark.Size; payload = payload[DoneMark.Size..])
                    TakeMark(segment, DoneMark.Read(payload));
                return true;
            case RecordType.Void:
                for (; payload.Length >= VoidSize; payload = payload[VoidSize..])
                    TakeVoid(segment, payload);
                return true;
            default:
                return type.HasFlag(RecordType.MayBePassedOver);
        }
    }

    private const int VoidSize = 16;

    private void TakeMessage(Segment segment, uint offset, ReadOnlySpan<byte> payload)
    {
        if (MessageRecord.TryRead(payload, out MessageRecord record))
            _messages.Add((segment, offset, record));
        else
            Damage(1, $"{segment.Path}: the message at {offset} cannot be read");
    }

    private void TakeMark(Segment holder, DoneMark mark)
    {
        if (!_marks.TryGetValue((mark.Segment, mark.Offset), out List<int>? recipients))
            _marks.Add((mark.Segment, mark.Offset), recipients = []);
        recipients.Add(mark.Recipient);
        _abouts.Add((holder, mark.Segment));
    }

    private void TakeVoid(Segment holder, ReadOnlySpan<byte> payload)
    {
        long about = BinaryPrimitives.ReadInt64LittleEndian(payload);
        // Segments are read in their order, so that the one meant is known, unless it is gone.
        if (_segments.TryGetValue(about, out Segment? segment))
            segment.VoidFrom = Math.Min(segment.VoidFrom, BinaryPrimitives.ReadInt64LittleEndian(payload[8..]));
        _abouts.Add((holder, about));
    }

    private Fault Conclude()
    {
        foreach ((Segment holder, long about) in _abouts)
            if (about != holder.Number && _segments.TryGetValue(about, out Segment? segment))
                holder.About.Add(segment);
        var bodies = new List<string>();
        Fault fault = _disk.List(_paths.Bodies, bodies);
        if (fault != Fault.None)
            return Fail(fault, $"{_paths.Bodies} cannot be listed");
        var unneeded = new HashSet<string>(bodies.Where(name => MessageIds.IsId(name)), StringComparer.Ordinal);
        foreach ((Segment segment, uint offset, MessageRecord record) in _messages)
            if (offset < segment.VoidFrom && fault == Fault.None)
                fault = Restore(segment, offset, record, unneeded);
        if (fault != Fault.None)
            return fault;
        foreach (string name in unneeded)
            _disk.Unlink(Path.Join(_paths.Bodies, name));
        long newest = _segments.Count > 0 ? _segments.Keys.Max() : 0;
        // Beyond anything a former life of a recycled segment may hold, even where the names of the last ones were lost.
        _log.NextNumber = Math.Max(newest + 1, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return Fault.None;
    }

    private Fault Restore(Segment segment, uint offset, MessageRecord record, HashSet<string> unneeded)
    {
        var content = record.HasBodyFile
            ? (Mail.MessageContent)new BodyContent(_disk, Path.Join(_paths.Bodies, record.Id), record.Length, record.WireLength)
            : new RecordContent(_disk, segment, offset, record.Length, record.WireLength);
        var entry = new SpoolEntry(record.Id, record.Envelope, content, segment, offset);
        bool isDone = record.Envelope.Recipients.Count == 0;
        foreach (int recipient in _marks.GetValueOrDefault((segment.Number, offset), []))
            isDone = entry.Restore(recipient);
        if (isDone)
        {
            segment.Done.Add(offset);
            return Fault.None;
        }
        bool isWhole = true;
        Fault fault = record.HasBodyFile ? FindBody(record, unneeded, out isWhole) : Fault.None;
        if (fault == Fault.None && isWhole)
            Keep(entry);
        return fault;
    }

    private void Keep(SpoolEntry entry)
    {
        entry.Segment.Live++;
        if (entry.IsHalfDone)
            entry.Segment.HalfDone.Add(entry);
        _log.Entries.Add(entry);
    }

    // Only a body that is surely not there costs the message; one that cannot be opened now is a reason not to start.
    private Fault FindBody(MessageRecord record, HashSet<string> unneeded, out bool isWhole)
    {
        string path = Path.Join(_paths.Bodies, record.Id);
        unneeded.Remove(record.Id);
        Fault fault = _disk.Open(path, DiskOpen.Existing, out IDiskFile file);
        isWhole = fault == Fault.None && file.Length == record.Length;
        file.Dispose();
        if (fault is not (Fault.None or Fault.NotFound))
            return Fail(fault, $"the body {path} cannot be opened");
        if (!isWhole)
            Damage(1, $"the body {path} is missing or has another length");
        return Fault.None;
    }

    private void Damage(int count, string text)
    {
        _log.Damaged += count;
        options.Log.Write(LogLevel.Error, "spool", text);
    }

    private Fault Fail(Fault fault, string problem)
    {
        Problem = $"{problem}: {fault}";
        return fault;
    }
}
