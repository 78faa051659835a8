namespace MailModule.Transport;

/// <summary>The callbacks of the host, of which several may run at once.</summary>
internal enum HostCall
{
    SmtpConnect,
    SmtpSendMessage,
    PopLogin,
    PopGetMessage,
    PopDeleteMessage,
    StreamClosed,
    SendEvent,
    SendReader,
    QueueEvent,
    SmtpHandler,
    PopHandler,
    Checked,
    MailboxEvent,
    FetchEvent,
    Import,
    LogLine,
}

/// <summary>
/// How many calls of the host's callbacks run now, of one engine: a stop can cut everything else. Any thread.
/// </summary>
internal sealed class HostCalls
{
    /// <summary>As the header calls them.</summary>
    private static readonly string[] s_names =
    [
        "ACTION_SMTP_CONNECT", "ACTION_SMTP_SENDMSG", "ACTION_POP_LOGIN", "ACTION_POP_GETMSG", "ACTION_POP_DELMSG",
        "mm_stream_closed_fn", "MsgCallback or mm_send_event_fn", "mm_send_read_fn", "mm_queue_event_fn",
        "mm_smtp_server_handlers", "mm_pop3_server_handlers", "mm_auth_fn or mm_sign_fn", "mm_mailbox_event_fn",
        "mm_fetch_event_fn", "mm_import_fn", "mm_log_fn",
    ];

    private readonly int[] _running = new int[s_names.Length];

    public bool IsAnyRunning => Array.Exists(_running, static count => count > 0);

    /// <summary>One runs beside those for lines of the log, which come and go all the time.</summary>
    public bool IsAnyLongRunning => _running.AsSpan(0, (int)HostCall.LogLine).ContainsAnyExcept(0);

    /// <summary>A call begins; it runs until what this returns is disposed of.</summary>
    public Running Enter(HostCall call)
    {
        Interlocked.Increment(ref _running[(int)call]);
        return new Running(this, call);
    }

    /// <summary>Which run, and how many of each; empty if none does.</summary>
    public override string ToString()
        => string.Join(", ", s_names.Zip(_running).Where(one => one.Second > 0)
            .Select(one => $"{one.Second} of {one.First}"));

    internal readonly ref struct Running(HostCalls calls, HostCall call)
    {
        public void Dispose() => Interlocked.Decrement(ref calls._running[(int)call]);
    }
}
