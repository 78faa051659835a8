namespace MailModule.Delivery.Forwarding;

/// <summary>The settings of forward files at one moment.</summary>
/// <param name="IsOn"><c>forward</c>.</param>
/// <param name="MayRun"><c>fwdrun</c>.</param>
/// <param name="RunTimeout"><c>run_timeout</c>.</param>
internal readonly record struct DotForwardOptions(bool IsOn, bool MayRun, TimeSpan RunTimeout);
