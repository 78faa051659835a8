using MailModule.Delivery.Forwarding;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// The setting <c>antivirus</c>: a script that is run on each message that comes by SMTP, when it is there and before
/// it is accepted. Few run at once; others wait, and hold no thread. Any thread.
/// </summary>
internal sealed class Antivirus(Func<AntivirusRules?> options, Action<IJob> runJob, Log log)
{
    private const string Prefix = "scan-";
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly Lock _reading = new();
    private readonly Queue<IJob> _waiting = new();
    private readonly CancellationTokenSource _stop = new();
    private WatchedFile<ScanScript>? _script;
    private string? _path;
    private int _running;
    private int _count;
    private bool _isSwept;

    /// <summary>Scripts at once: each waits for a program.</summary>
    public int Width { get; init; } = 2 * Environment.ProcessorCount + 2;

    /// <summary>The copy of a message that will be scanned; null: none is.</summary>
    public ScannedMessage? Begin()
        => options() is { } now
            ? new ScannedMessage(
                Path.Combine(now.MailRoot, "scratch"),
                $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _count)}.eml", runJob)
            : null;

    /// <summary>Scans a message, and answers its session.</summary>
    /// <param name="accepted">Goes on with it.</param>
    public Verdict Scan(SmtpSession session, ScannedMessage message, Func<Verdict> accepted)
    {
        var job = new ScanJob(this, session, message, accepted);
        lock (_lock)
        {
            if (_running == Width)
            {
                _waiting.Enqueue(job);
                return Verdict.Pending;
            }
            _running++;
        }
        runJob(job);
        return Verdict.Pending;
    }

    /// <summary>Ends the commands that run: their messages have to wait.</summary>
    public void Stop() => _stop.Cancel();

    private void Ended()
    {
        IJob? next;
        lock (_lock)
            if (!_waiting.TryDequeue(out next))
                _running--;
        if (next is not null)
            runJob(next);
    }

    /// <summary>Scans a message at once. Workers only; blocks while commands run.</summary>
    /// <param name="message">All of it was appended.</param>
    public ScanAnswer Scan(Envelope envelope, ScannedMessage message)
    {
        Fault fault = message.Finish();
        if (options() is not { } now)
            return new ScanAnswer(ScanEnd.Clean, "");
        SweepOnce(Path.GetDirectoryName(message.Path)!);
        ScanScript? script = ScriptOf(now.Script);
        string? problem = fault != Fault.None ? $"{message.Path}: {FaultWords.Of(fault)}"
            : script is null ? "the script cannot be read"
            : script.Errors is [var (line, text), ..] ? $"line {line}: {text}" : null;
        if (problem is not null)
            return new ScanAnswer(ScanEnd.Unknown, $"{now.Script}: {problem}");
        var run = new ScanRun(
            new ScanFacts(message.Path, message.Length), envelope, now.MailRoot, now.RunTimeout, _stop.Token);
        ScanEnd end = run.Execute(script!.Steps);
        foreach (string folder in end == ScanEnd.Unknown ? [] : run.Copies)
            Keep(message, Path.Combine(now.MailRoot, "quarantine", folder));
        return new ScanAnswer(end, end == ScanEnd.Unknown
            ? $"{now.Script}: line {run.Line}: {run.Problem}" : $"{now.Script}:{run.Line}");
    }

    // Null: it may go on.
    private Reply? RefusalOf(SmtpSession session, ScannedMessage message)
    {
        ScanAnswer answer = Scan(session.Envelope, message);
        if (answer.End == ScanEnd.Clean)
            return null;
        if (answer.End == ScanEnd.Unknown)
        {
            log.Write(LogLevel.Error, "smtp",
                $"antivirus: {answer.Why}; the message of {session.RemoteEndPoint?.Address} has to wait");
            return CheckReplies.Failed451;
        }
        log.RefusedByCheck(session, "antivirus", answer.Why, CheckReplies.Harmful554);
        return CheckReplies.Harmful554;
    }

    // What a killed process has left.
    private void SweepOnce(string folder)
    {
        if (Interlocked.Exchange(ref _isSwept, true))
            return;
        var names = new List<string>();
        Disk.Real.List(folder, names);
        foreach (string path in names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => Path.Combine(folder, name)))
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > LeftoverAge)
                Disk.Real.Unlink(path);
    }

    private ScanScript? ScriptOf(string path)
    {
        lock (_reading)
        {
            if (_script is null || _path != path)
                (_script, _path) = (new WatchedFile<ScanScript>(path, ScanScript.Parse), path);
            return _script.Current;
        }
    }

    private void Keep(ScannedMessage message, string folder)
    {
        string name = $"{Path.GetFileNameWithoutExtension(message.Path)}-{RandomOctets.Hex(4)}.eml";
        Fault fault = Disk.Real.Open(message.Path, DiskOpen.Existing, out IDiskFile from);
        if (fault == Fault.None)
            using (from)
                fault = CopyTo(folder, name, from);
        if (fault != Fault.None)
            log.Write(LogLevel.Error, "smtp", $"antivirus: {Path.Combine(folder, name)}: {FaultWords.Of(fault)}");
    }

    private static Fault CopyTo(string folder, string name, IDiskFile from)
    {
        Fault fault = Disk.Real.CreateIn(folder, name, out IDiskFile to);
        if (fault != Fault.None)
            return fault;
        using (to)
            return Copy(from, to);
    }

    private static Fault Copy(IDiskFile from, IDiskFile to)
    {
        byte[] piece = new byte[64 * 1024];
        long offset = 0;
        while (true)
        {
            Fault fault = from.Read(piece, offset, out int count);
            if (fault != Fault.None || count == 0)
                return fault;
            fault = to.Write(piece.AsSpan(0, count), offset);
            if (fault != Fault.None)
                return fault;
            offset += count;
        }
    }

    private sealed class ScanJob(
        Antivirus antivirus, SmtpSession session, ScannedMessage message, Func<Verdict> accepted) : IJob
    {
        public void Run()
        {
            Verdict verdict;
            try
            {
                Reply? refusal = antivirus.RefusalOf(session, message);
                verdict = refusal is null ? accepted() : Verdict.Refuse(refusal);
            }
            catch (Exception exception)
            {
                // The session waits for an answer, whatever has happened.
                antivirus.TellOf(exception);
                verdict = Verdict.Refuse(CheckReplies.Failed451);
            }
            antivirus.Ended();
            message.Discard();
            if (verdict.Kind != VerdictKind.Pending)
                session.Answer(verdict);
        }
    }

    private void TellOf(Exception exception) => log.Write(LogLevel.Error, "smtp", $"antivirus failed: {exception}");
}
