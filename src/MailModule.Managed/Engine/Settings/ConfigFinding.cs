namespace MailModule.Engine.Settings;

/// <summary>How much a finding matters; the numbers are the C edge's <c>MM_CONFIG_…</c>.</summary>
public enum ConfigSeverity
{
    /// <summary>The file is not taken, or its server does not start.</summary>
    Error = 1,
    Warning = 2,
}

/// <summary>One thing that is wrong, or risky, in a configuration file.</summary>
/// <param name="File">The full path.</param>
/// <param name="Line">From 1; 0 if it is about no line.</param>
/// <param name="Key">Empty if it is about none.</param>
/// <param name="Text">For a person; no value of a password.</param>
public sealed record ConfigFinding(ConfigSeverity Severity, string File, int Line, string Key, string Text);
