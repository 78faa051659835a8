using System.Collections.Concurrent;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Support;

/// <summary>
/// What a spool must hold after anything that may happen to it: for each accepted message the recipients that were said
/// to be done and those that surely are, the notes that were given and the one that is surely there. Several runs of
/// one spool, one after the other.
/// </summary>
internal sealed class SpoolModel(string directory)
{
    private readonly Dictionary<string, Message> _messages = [];
    private readonly HashSet<string> _refused = [];
    private readonly BlockingCollection<ISpoolEntry> _arrived = [];
    private int _count;

    public SpoolRun? Run { get; private set; }

    /// <summary>Messages of this run with recipients that are not done, oldest first.</summary>
    public List<ISpoolEntry> Waiting { get; } = [];

    public int Accepted { get; private set; }

    private sealed class Message(string text, int recipients)
    {
        public string Text => text;
        public bool[] Said { get; } = new bool[recipients];
        public bool[] Durable { get; } = new bool[recipients];
        public List<string> Notes { get; } = [""];
        public int DurableNote { get; set; }
        public bool IsOver => Array.TrueForAll(Said, said => said);
    }

    /// <summary>Opens the spool; false if the disk did not let it.</summary>
    public bool Open(SimulatedDisk disk, int segmentLimit)
    {
        var run = new SpoolRun(SpoolRun.Options(directory, disk, segmentLimit), _arrived.Add);
        Run = run.Fault == Fault.None ? run : null;
        Waiting.Clear();
        if (Run is not null)
            Waiting.AddRange(Run.Found);
        return Run is not null;
    }

    public void Close()
    {
        Run?.Dispose();
        Run = null;
        while (_arrived.TryTake(out _))
        {
        }
    }

    public Fault Put(int length, int recipients)
    {
        byte[] wire = SpoolRun.Text(_count++, length);
        (Fault fault, string id) = Run!.Put(wire, recipients);
        if (fault != Fault.None)
        {
            _refused.Add(id);
            return fault;
        }
        Accepted++;
        _messages.Add(id, new Message(SpoolRun.AtRest(wire), recipients));
        Waiting.Add(_arrived.Take());
        return fault;
    }

    public void Mark(ISpoolEntry entry, int[] recipients, bool soon)
    {
        Run!.Spool.MarkDone(entry, recipients, soon);
        foreach (int recipient in recipients)
            _messages[entry.Id].Said[recipient] = true;
        if (_messages[entry.Id].IsOver)
            Waiting.Remove(entry);
    }

    public void Annotate(ISpoolEntry entry, int length)
    {
        Message message = _messages[entry.Id];
        string note = $"{message.Notes.Count} {new string('n', length)}";
        message.Notes.Add(note);
        Run!.Spool.Annotate(entry, System.Text.Encoding.ASCII.GetBytes(note));
        Assert.Equal(note, NoteOf(entry));
    }

    /// <param name="notesToo">False where the disk is full: notes may wait.</param>
    public Fault Flush(bool notesToo = true) => Flushed(Run!.Spool.Flush(), notesToo);

    /// <inheritdoc cref="Flush"/>
    public Fault Compact(bool notesToo = true) => Flushed(Run!.Spool.Compact(), notesToo);

    /// <summary>What is read while the spool runs is what was given last.</summary>
    public void CheckRunning(ISpoolEntry entry)
    {
        Message message = _messages[entry.Id];
        Assert.Equal(message.Text, SpoolRun.Read(entry.Content));
        Assert.Equal(message.Notes[^1], NoteOf(entry));
        Assert.Equal(message.Said, Enumerable.Range(0, message.Said.Length).Select(entry.IsDone));
    }

    /// <summary>Checks what a start found.</summary>
    /// <param name="isExact">Nothing was lost: neither power nor calls.</param>
    /// <param name="refusedMayComeBack">Its sender was told nothing or a failure, and may have sent it again: that is
    /// allowed where power was lost.</param>
    public void Check(IReadOnlyList<ISpoolEntry> found, string when, bool isExact, bool refusedMayComeBack)
    {
        Assert.True(found.Select(entry => entry.Id).Distinct().Count() == found.Count, $"{when}: twice the same");
        IEnumerable<string> waiting = _messages.Where(one => !one.Value.IsOver).Select(one => one.Key);
        foreach (string id in waiting.Except(found.Select(entry => entry.Id)))
            Assert.Fail($"{when}: {id} was accepted and is lost");
        foreach (ISpoolEntry entry in found)
            if (_messages.TryGetValue(entry.Id, out Message? message))
                CheckFound(entry, message, $"{when}: {entry.Id}", isExact);
            else
                Assert.True(refusedMayComeBack && _refused.Contains(entry.Id),
                    $"{when}: {entry.Id} was not accepted, or was done, and is there");
    }

    /// <summary>Takes what this run found as what is durable from now on.</summary>
    public void Adopt()
    {
        IReadOnlyList<ISpoolEntry> found = Run!.Found;
        foreach (string gone in _messages.Keys.Except(found.Select(entry => entry.Id)).ToList())
            _messages.Remove(gone);
        foreach (ISpoolEntry entry in found)
        {
            if (!_messages.TryGetValue(entry.Id, out Message? message))
                _messages.Add(entry.Id,
                    message = new Message(SpoolRun.Read(entry.Content), entry.Envelope.Recipients.Count));
            for (int i = 0; i < message.Said.Length; i++)
                message.Said[i] = message.Durable[i] = entry.IsDone(i);
            message.DurableNote = message.Notes.IndexOf(NoteOf(entry));
            message.Notes.RemoveRange(message.DurableNote + 1, message.Notes.Count - message.DurableNote - 1);
        }
    }

    private static string NoteOf(ISpoolEntry entry) => System.Text.Encoding.ASCII.GetString(entry.Note.Span);

    private Fault Flushed(Fault fault, bool notesToo)
    {
        if (fault == Fault.None)
            foreach (Message message in _messages.Values)
            {
                message.Said.CopyTo(message.Durable, 0);
                message.DurableNote = notesToo ? message.Notes.Count - 1 : message.DurableNote;
            }
        return fault;
    }

    private static void CheckFound(ISpoolEntry entry, Message message, string when, bool isExact)
    {
        Assert.True(message.Text == SpoolRun.Read(entry.Content), $"{when}: not what was accepted");
        for (int i = 0; i < message.Said.Length; i++)
        {
            bool isDone = entry.IsDone(i);
            Assert.True(isDone || !(isExact ? message.Said : message.Durable)[i],
                $"{when}: recipient {i} was done and is back");
            Assert.True(!isDone || message.Said[i], $"{when}: recipient {i} is done, and nobody said so");
        }
        Assert.True(Enumerable.Range(0, message.Said.Length).Any(i => !entry.IsDone(i)),
            $"{when}: nothing is left to do");
        int note = message.Notes.IndexOf(NoteOf(entry));
        Assert.True(note >= (isExact ? message.Notes.Count - 1 : message.DurableNote),
            $"{when}: note {note} of {message.Notes.Count}, and {message.DurableNote} was durable");
    }
}
