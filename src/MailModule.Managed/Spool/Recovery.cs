using System.Buffers.Binary;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// Reads what an earlier run left, in the order in which it was written: every whole record counts, marks, notes and voids are applied, bodies that nobody needs are
/// unlinked. Changes nothing else, so that a start that fails can be tried again. See docs/spool-states.md, "what a crash leaves".
/// </summary>
internal sealed class Recovery(SpoolOptions options)
{
    private const int VoidSize = 16;

    private readonly IDisk _disk = options.Disk;
    private readonly SpoolPaths _paths = new(options.Directory);
    private readonly RecoveredLog _log = new();
    private readonly SortedDictionary<long, RecoveredSegment> _segments = [];

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
        var recovered = new RecoveredSegment(new Segment(_disk, number, _paths.Segment(number)));
        Segment segment = recovered.Segment;
        _segments.Add(number, recovered);
        _log.Segments.Add(segment);
        Fault fault = _disk.Open(segment.Path, DiskOpen.Existing, out IDiskFile file);
        if (fault != Fault.None)
            return Fail(fault, $"the segment {segment.Path} cannot be opened");
        using (file)
            return ReadSegment(recovered, new SegmentScan(file, number));
    }

    private Fault ReadSegment(RecoveredSegment recovered, SegmentScan scan)
    {
        Segment segment = recovered.Segment;
        if (scan.ReadVersion() > SegmentHeader.Version)
            return Fail(Fault.NotSupported, $"the segment {segment.Path} was written by a later version");
        while (scan.TryNext(out RecordHeader header, out uint offset, out ReadOnlySpan<byte> payload))
            if (!TryTakeRecord(recovered, header.Type, offset, payload))
                return Fail(Fault.NotSupported, $"the record of type {(int)header.Type} at {offset} of {segment.Path} was written by a later version");
        if (scan.Fault != Fault.None)
            return Fail(scan.Fault, $"the segment {segment.Path} cannot be read");
        if (scan.Damaged > 0)
            Damage(scan.Damaged, $"{segment.Path}: damaged in {scan.Damaged} places");
        return Fault.None;
    }

    private bool TryTakeRecord(RecoveredSegment holder, RecordType type, uint offset, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case RecordType.Message:
                TakeMessage(holder, offset, payload);
                return true;
            case RecordType.Done:
                for (; payload.Length >= DoneMark.Size; payload = payload[DoneMark.Size..])
                    TakeMark(holder.Segment, DoneMark.Read(payload));
                return true;
            case RecordType.Void:
                for (; payload.Length >= VoidSize; payload = payload[VoidSize..])
                    TakeVoid(holder.Segment, payload);
                return true;
            case RecordType.Note:
                TakeNote(holder.Segment, offset, payload);
                return true;
            default:
                return type.HasFlag(RecordType.MayBePassedOver);
        }
    }

    private void TakeMessage(RecoveredSegment holder, uint offset, ReadOnlySpan<byte> payload)
    {
        Segment segment = holder.Segment;
        if (!MessageRecord.TryRead(payload, out MessageRecord record))
        {
            Damage(1, $"{segment.Path}: the message at {offset} cannot be read");
            return;
        }
        BodyContent? body = record.HasBodyFile ? new BodyContent(_disk, BodyPath(record.Id), record.Length, record.WireLength) : null;
        var entry = new SpoolEntry(record.Id, record.Envelope, body, record.Length, record.WireLength, new RecordPlace(segment, offset, payload.Length));
        if (record.Envelope.Recipients.Count > 0)
            holder.Take(entry);
        else
            segment.Done.Add(offset);
    }

    // What is said about a segment comes later in the log than what it is about; of what is not there any more nothing needs to be known.
    private void TakeMark(Segment holder, DoneMark mark)
    {
        if (FindAbout(holder, mark.Segment) is { } about)
            about.Mark(mark.Offset, mark.Recipient);
    }

    private void TakeVoid(Segment holder, ReadOnlySpan<byte> payload)
    {
        if (FindAbout(holder, BinaryPrimitives.ReadInt64LittleEndian(payload)) is { } about)
            about.Segment.VoidFrom = Math.Min(about.Segment.VoidFrom, BinaryPrimitives.ReadInt64LittleEndian(payload[8..]));
    }

    private void TakeNote(Segment holder, uint offset, ReadOnlySpan<byte> payload)
    {
        if (EntryNote.TryReadHead(payload, out long segment, out uint message))
            _segments.GetValueOrDefault(segment)?.Find(message)?.RestoreNote(new RecordPlace(holder, offset, payload.Length));
    }

    private RecoveredSegment? FindAbout(Segment holder, long number)
    {
        RecoveredSegment? about = _segments.GetValueOrDefault(number);
        if (about is not null && number != holder.Number)
            holder.About.Add(about.Segment);
        return about;
    }

    private Fault Conclude()
    {
        var bodies = new List<string>();
        Fault fault = _disk.List(_paths.Bodies, bodies);
        if (fault != Fault.None)
            return Fail(fault, $"{_paths.Bodies} cannot be listed");
        var unneeded = new HashSet<string>(bodies.Where(name => MessageIds.IsId(name)), StringComparer.Ordinal);
        foreach (RecoveredSegment segment in _segments.Values)
            foreach (SpoolEntry entry in segment.Messages())
                if (fault == Fault.None && entry.Offset < segment.Segment.VoidFrom)
                    fault = Keep(entry, unneeded);
        if (fault != Fault.None)
            return fault;
        foreach (string name in unneeded)
            _disk.Unlink(BodyPath(name));
        long newest = _segments.Count > 0 ? _segments.Keys.Max() : 0;
        // Beyond anything a former life of a recycled segment may hold, even where the names of the last ones were lost.
        _log.NextNumber = Math.Max(newest + 1, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return Fault.None;
    }

    private Fault Keep(SpoolEntry entry, HashSet<string> unneeded)
    {
        bool isWhole = true;
        Fault fault = entry.HasBodyFile ? FindBody(entry, unneeded, out isWhole) : Fault.None;
        if (fault != Fault.None || !isWhole)
            return fault;
        entry.Segment.Add(entry);
        if (entry.HasDone)
            entry.Segment.HalfDone.Add(entry);
        if (entry.NoteRecord is { } note)
            note.Segment!.Add(note);
        _log.Entries.Add(entry);
        return Fault.None;
    }

    // Only a body that is surely not there costs the message; one that cannot be opened now is a reason not to start.
    private Fault FindBody(SpoolEntry entry, HashSet<string> unneeded, out bool isWhole)
    {
        string path = BodyPath(entry.Id);
        unneeded.Remove(entry.Id);
        Fault fault = _disk.Open(path, DiskOpen.Existing, out IDiskFile file);
        isWhole = fault == Fault.None && file.Length == entry.Content.Length;
        file.Dispose();
        if (fault is not (Fault.None or Fault.NotFound))
            return Fail(fault, $"the body {path} cannot be opened");
        if (!isWhole)
            Damage(1, $"the body {path} is missing or has another length");
        return Fault.None;
    }

    private string BodyPath(string id) => Path.Join(_paths.Bodies, id);

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
