using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Spool;

/// <summary>
/// Reads what an earlier run left, in the order in which it was written: every whole record counts, marks, notes and
/// voids are applied, bodies that nobody needs are unlinked. Changes nothing else, so that a start that fails can be
/// tried again. See docs/spool-states.md, "what a crash leaves".
/// </summary>
internal sealed class Recovery(SpoolOptions options)
{
    private const int NumbersPassedOver = 1024;

    private readonly IDisk _disk = options.Disk;
    private readonly SpoolPaths _paths = new(options.Directory);
    private readonly RecoveredLog _log = new();
    private readonly SortedDictionary<long, RecoveredSegment> _segments = [];

    private readonly List<string> _free = [];
    private readonly HashSet<long> _headers = [];
    private readonly List<(string Id, RecoveredSegment Segment, uint Offset)> _copies = [];

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
            _free.Add(_paths.Named(name));
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
        {
            segment.Octets = segment.Usable = file.Length;
            return ReadSegment(recovered, new SegmentScan(file, number));
        }
    }

    private Fault ReadSegment(RecoveredSegment recovered, SegmentScan scan)
    {
        Segment segment = recovered.Segment;
        if (scan.ReadVersion() > SegmentHeader.Version)
            return Fail(Fault.NotSupported, $"the segment {segment.Path} was written by a later version");
        long named = scan.ReadNumber();
        _headers.Add(named);
        segment.MayBeReused = named == segment.Number;
        while (scan.TryNext(out RecordHeader header, out uint offset, out ReadOnlySpan<byte> payload))
        {
            segment.End = offset + RecordHeader.Padded(header.Length);
            if (!TryApply(recovered, header.Type, offset, payload))
                return Fail(Fault.NotSupported,
                    $"the record of type {(int)header.Type} at {offset} of {segment.Path} "
                    + "was written by a later version");
        }
        if (scan.Fault != Fault.None)
            return Fail(scan.Fault, $"the segment {segment.Path} cannot be read");
        if (scan.Damaged > 0)
            Damage(scan.Damaged, $"{segment.Path}: damaged in {scan.Damaged} places");
        return Fault.None;
    }

    private bool TryApply(RecoveredSegment holder, RecordType type, uint offset, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case RecordType.Message:
                AddMessage(holder, offset, payload);
                return true;
            case RecordType.Done:
                for (; payload.Length >= DoneMark.Size; payload = payload[DoneMark.Size..])
                    ApplyMark(holder.Segment, DoneMark.Read(payload));
                return true;
            case RecordType.Void:
                for (; payload.Length >= VoidRecord.Size; payload = payload[VoidRecord.Size..])
                    ApplyVoid(holder.Segment, payload);
                return true;
            case RecordType.Note:
                ApplyNote(holder.Segment, offset, payload);
                return true;
            case RecordType.Moved:
                AddMoved(holder, offset, payload);
                return true;
            case RecordType.Remaining:
                if (RemainingRecord.TryRead(payload, out long segment, out HashSet<uint> offsets))
                    FindReferenced(holder.Segment, segment)?.Keep(offsets);
                return true;
            default:
                return type.HasFlag(RecordType.MayBePassedOver);
        }
    }

    private void AddMessage(RecoveredSegment holder, uint offset, ReadOnlySpan<byte> payload)
    {
        if (ToEntry(holder.Segment, offset, payload.Length, payload) is { } entry)
            AddEntry(holder, entry, isDone: entry.Envelope.Recipients.Count == 0);
    }

    private void AddMoved(RecoveredSegment holder, uint offset, ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> message = MovedRecord.TryRead(payload, out MovedRecord moved) ? moved.Message : default;
        if (ToEntry(holder.Segment, offset, payload.Length, message) is not { } entry)
            return;
        bool isDone = false;
        for (int i = 0; i < moved.Done; i++)
            isDone |= entry.Restore(moved.DoneRecipient(i));
        if (!moved.Note.IsEmpty)
            entry.RestoreNote(entry.Place);
        _copies.Add((entry.Id, holder, offset));
        AddEntry(holder, entry, isDone);
    }

    private SpoolEntry? ToEntry(Segment segment, uint offset, int length, ReadOnlySpan<byte> message)
    {
        if (!MessageRecord.TryRead(message, out MessageRecord record))
        {
            Damage(1, $"{segment.Path}: the message at {offset} cannot be read");
            return null;
        }
        BodyContent? body = record.HasBodyFile
            ? new BodyContent(_disk, BodyPath(record.Id), record.Length, record.WireLength, record.Traits) : null;
        return new SpoolEntry(record.Id, record.Envelope, body, record.Length, record.WireLength, record.Traits,
            new RecordPlace(segment, offset, length));
    }

    private static void AddEntry(RecoveredSegment holder, SpoolEntry entry, bool isDone)
    {
        holder.Segment.Recipients += entry.Envelope.Recipients.Count;
        if (isDone)
            holder.Segment.Done.Add(entry.Offset);
        else
            holder.Add(entry);
    }

    // A record about a segment comes later in the log than that segment; one about a segment that is not there any
    // more says nothing that is needed.
    private void ApplyMark(Segment holder, DoneMark mark)
    {
        if (FindReferenced(holder, mark.Segment) is { } marked)
            marked.Mark(mark.Offset, mark.Recipient);
    }

    private void ApplyVoid(Segment holder, ReadOnlySpan<byte> payload)
    {
        (long segment, long from) = VoidRecord.Read(payload);
        if (FindReferenced(holder, segment) is { } damaged)
            damaged.Segment.VoidFrom = Math.Min(damaged.Segment.VoidFrom, from);
    }

    private void ApplyNote(Segment holder, uint offset, ReadOnlySpan<byte> payload)
    {
        if (NoteRecord.TryRead(payload, out long segment, out uint message))
            _segments.GetValueOrDefault(segment)?.Find(message)?
                .RestoreNote(new RecordPlace(holder, offset, payload.Length));
    }

    private RecoveredSegment? FindReferenced(Segment holder, long number)
    {
        RecoveredSegment? referenced = _segments.GetValueOrDefault(number);
        if (referenced is not null && number != holder.Number)
            holder.References.Add(referenced.Segment);
        return referenced;
    }

    private Fault Conclude()
    {
        var bodies = new List<string>();
        Fault fault = _disk.List(_paths.Bodies, bodies);
        if (fault != Fault.None)
            return Fail(fault, $"{_paths.Bodies} cannot be listed");
        DropFormerPlaces();
        long newest = SortFree();
        var unneeded = new HashSet<string>(bodies.Where(name => MessageIds.IsId(name)), StringComparer.Ordinal);
        foreach (RecoveredSegment segment in _segments.Values)
            foreach (SpoolEntry entry in segment.Messages())
                if (fault == Fault.None && entry.Offset < segment.Segment.VoidFrom)
                    fault = Keep(entry, unneeded);
        if (fault != Fault.None)
            return fault;
        if (_copies.Count > 0)
            // Ids grow with time.
            _log.Entries.Sort((one, other) => string.CompareOrdinal(one.Id, other.Id));
        foreach (string name in unneeded)
            _disk.Unlink(BodyPath(name));
        // Beyond anything a former life of a recycled segment may hold, even where names and headers of the last ones
        // were lost and the clock was set back.
        _log.NextNumber = Math.Max(newest + NumbersPassedOver, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return Fault.None;
    }

    // A rename that was under way may have left a file with both names, where the file system has no journal. Its
    // header says whose it is. Returns the highest number that a file has or had.
    private long SortFree()
    {
        var numbers = new HashSet<long>(_headers.Concat(_segments.Keys)) { 0 };
        foreach (string path in _free)
            (numbers.Add(ReadNumber(path)) ? _log.Free : _log.NotToBeReused).Add(path);
        return numbers.Max();
    }

    private long ReadNumber(string path)
    {
        if (_disk.Open(path, DiskOpen.Existing, out IDiskFile file) != Fault.None)
            return 0;
        using (file)
            return new SegmentScan(file, 0).ReadNumber();
    }

    // Of several records of one message the last one counts; the marks and notes of the others have no effect.
    private void DropFormerPlaces()
    {
        if (_copies.Count == 0)
            return;
        var last = new Dictionary<string, (RecoveredSegment Segment, uint Offset)>(StringComparer.Ordinal);
        foreach ((string id, RecoveredSegment segment, uint offset) in _copies)
            if (offset < segment.Segment.VoidFrom)
                last[id] = (segment, offset);
        foreach (RecoveredSegment segment in _segments.Values)
            foreach (SpoolEntry entry in segment.Messages())
                if (last.TryGetValue(entry.Id, out var now) && now != (segment, entry.Offset))
                {
                    segment.End(entry);
                    if (now.Segment != segment)
                        now.Segment.Segment.References.Add(segment.Segment);
                }
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
        if (entry.LastNote is { } note)
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
        Problem = fault == Fault.NotSupported ? problem : $"{problem}: {SystemFault.Describe(fault)}";
        return fault;
    }
}
