namespace MailModule.Engine.Settings;

/// <summary>
/// Rows of <see cref="Keys"/> about the log's files and lines. Made by it, at their place in the page.
/// </summary>
internal sealed class LogKeys
{
    private const string Later = "the log's finer options come in a later version";

    public Setting Detail { get; } = Keys.FlagLater("detail", "The whole dialogue goes to the log.", Later);

    public Setting Day { get; } = Keys.Flag(
        "logday", "A new log file every day (UTC): the day before's gets its date behind its name, "
            + "`mail.log.2026-11-27`; none is deleted.");

    public Setting SeparateFiles { get; } = Keys.FlagLater("seplog", "A log file for each service.", Later);

    public Setting Limit { get; } = Keys.NumberLater(
        "limitlog", 0, 4096, 0, "characters", "Longest log line; 0 = no limit.", Later, "nolimitlog");
}
