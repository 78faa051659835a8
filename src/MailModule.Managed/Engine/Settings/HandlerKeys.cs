namespace MailModule.Engine.Settings;

/// <summary>Rows of <see cref="Keys"/> about the host's handlers. Made by it, at their place in the page.</summary>
internal sealed class HandlerKeys
{
    public const string BusyText = "Too busy, try again later";

    public Setting Threads { get; } = Keys.Number(
        "handler_threads", 1, 1024, 16, "threads",
        "Threads at most that run handlers of the host (`mm_smtp_server_handlers`, `mm_pop3_server_handlers`), for "
            + "each server, when it gets its first.");

    public Setting Queue { get; } = Keys.Number(
        "handler_queue", 0, 1_000_000, 1024, "steps",
        "Steps of sessions that may wait for a thread of the handlers; one more is refused, save content, RSET, "
            + "NOOP and QUIT.");

    public Setting Timeout { get; } = Keys.Number(
        "handler_timeout", 1, 86_400, 60, "s",
        "How long a handler may owe its answer (`mm_session_defer`) where it does not say itself.");

    public Setting Busy { get; } = Keys.Text(
        "handler_busy", BusyText, 400,
        "What a client hears whose step finds no place among those that wait for a handler, behind `451 4.3.2`, or "
            + "`421` where it connects; over POP3 behind `-ERR [SYS/TEMP]`.");
}
