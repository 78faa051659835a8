namespace MailModule.Engine.Settings;

/// <summary>
/// Rows of <see cref="Keys"/> about the log's files and lines. Made by it, at their place in the page.
/// </summary>
internal sealed class LogKeys
{
    public Setting Detail { get; } = Keys.Flag(
        "detail",
        "The dialogues of servers, and of what is sent, go to the log, line by line at level `info`: secrets as `***`, "
            + "content as its length. For sessions that begin from then on.");

    public Setting Day { get; } = Keys.Flag(
        "logday", "A new log file every day (UTC): the day before's gets its date behind its name, "
            + "`mail.log.2026-11-27`; none is deleted.");

    public Setting SeparateFiles { get; } = Keys.Flag(
        "seplog",
        "A log file for each service beside `log`, which gets the other lines: its name with `.smtp`, `.pop3`, "
            + "`.send`, `.fetch`, `.lists` or `.control` behind.");

    public Setting Limit { get; } = Keys.Number(
        "limitlog", 0, 4096, 0, "characters",
        "Longest text of a log line, without time, level and area; what is longer is cut, with `...` behind. "
            + "0 = 4,096.",
        "nolimitlog");
}
