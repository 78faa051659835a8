namespace MailModule.Primitives;

/// <summary>How much a log line matters; lower matters more.</summary>
public enum LogLevel
{
    Error = 1,
    Warning = 2,
    Info = 3,
    Debug = 4,
}

/// <summary>
/// Where the engine's lines go: a file and the host's callback. A line never holds a password or a message body.
/// Any thread may write; a sink must not block for long and must not throw.
/// </summary>
internal sealed class Log
{
    /// <summary>A log that drops every line.</summary>
    public static readonly Log None = new(LogLevel.Error, static (_, _, _) => { });

    private readonly Action<LogLevel, string, string> _sink;

    /// <param name="level">Lines that matter less than this are dropped.</param>
    /// <param name="sink">Gets level, area (for example "smtp") and text without line end.</param>
    public Log(LogLevel level, Action<LogLevel, string, string> sink)
    {
        Level = level;
        _sink = sink;
    }

    public LogLevel Level { get; set; }

    public bool IsEnabled(LogLevel level) => level <= Level && !ReferenceEquals(this, None);

    public void Write(LogLevel level, string area, string text)
    {
        if (IsEnabled(level))
            _sink(level, area, text);
    }

    /// <summary>For the end of the line: where a thread of ours catches everything. Never throws.</summary>
    public void WriteFailure(string area, string what, Exception failure)
    {
        try
        {
            Write(LogLevel.Error, area, $"{what}: {failure}");
        }
        catch (Exception)
        {
            // For want of memory, as a rule.
        }
    }
}
