using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailModule.Delivery.Outgoing;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Engine.Sending;

/// <summary>Everything that is on its way out: the connections, and the submissions that are not final.</summary>
internal sealed class OutgoingMail(EngineSettings settings, Workers workers, Log log) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<Submission> _underWay = [];
    private bool _isStopping;

    public ConnectionSet Connections { get; } = new(workers, log);
    public Log Log => log;
    public bool IsAsync => settings.Current.Flag(Keys.Async);
    public string ScratchFolder => MailData.ScratchFolderOf(settings.Current);

    public bool IsStopping
    {
        get
        {
            lock (_gate)
                return _isStopping;
        }
    }

    /// <summary>The route through a given server, by the settings of this moment.</summary>
    public SubmissionRoute RouteTo(string host, int port)
    {
        SettingValues values = settings.Current;
        StartTlsUse startTls = values.Flag(Keys.SmtpOnlyTls) ? StartTlsUse.Required : values.Flag(Keys.SmtpTlsOut) ? StartTlsUse.IfOffered : StartTlsUse.Never;
        bool verifies = values.Flag(Keys.SmtpCheckTls);
        X509Certificate2Collection? authorities = verifies && values.FullPath(Keys.TlsCaFile) is string file ? LoadAuthorities(file) : null;
        return new SubmissionRoute(host, port, startTls, verifies, values.Text(Keys.SmtpName)!, TimeSpan.FromSeconds(values.Int(Keys.PopTimeout)), authorities);
    }

    // A file that cannot be read trusts nobody: what was asked for is that certificates are checked.
    private X509Certificate2Collection LoadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            log.Write(LogLevel.Error, "send", $"{file}: {e.Message}");
        }
        return authorities;
    }

    public Fault TryOpen(SubmissionRoute route, string from, string to, ISendObserver? observer, out IOutgoingStream? stream, out string? text)
    {
        stream = null;
        text = null;
        string sender = from.Length > 1 && from[0] == '<' && from[^1] == '>' ? from[1..^1] : from;
        MailAddress reversePath = MailAddress.Null;
        if (sender.Length > 0 && !MailAddress.TryParse(sender, out reversePath))
            text = $"the sender is not an address: {sender}";
        else if (!RecipientList.TryParse(to, out IReadOnlyList<MailAddress> addresses, out string wrong))
            text = wrong.Length > 0 ? $"not an address: {wrong}" : "there is no recipient";
        else
            stream = new OutgoingStream(this, route, reversePath, addresses, observer);
        return stream is null ? Fault.Argument : Fault.None;
    }

    /// <summary>Starts a submission, or fails it when the engine is on its way down.</summary>
    public void Begin(Submission submission)
    {
        bool late;
        lock (_gate)
        {
            late = _isStopping;
            if (!late)
                _underWay.Add(submission);
        }
        submission.Ended += Forget;
        if (late)
            submission.Fail(Fault.Cancelled);
        else
            submission.Start();
    }

    /// <summary>What is under way may end until the time is up; then it is cut and fails with <see cref="Fault.Cancelled"/>.</summary>
    public bool Stop(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        Submission[] left;
        lock (_gate)
            _isStopping = true;
        while ((left = Left()).Length > 0 && deadline - Environment.TickCount64 is > 0 and var rest)
            left[0].WaitForResult(TimeSpan.FromMilliseconds(rest));
        foreach (Submission submission in Left())
            submission.Cancel();
        bool ended = Connections.Stop(TimeSpan.Zero);
        Connections.Dispose();
        return ended;
    }

    public void Dispose() => Stop(TimeSpan.Zero);

    private Submission[] Left()
    {
        lock (_gate)
            return [.. _underWay];
    }

    private void Forget(Submission submission)
    {
        lock (_gate)
            _underWay.Remove(submission);
    }
}
