namespace MailModule.Primitives.Config;

/// <summary>Why a configuration text could not be read, and where.</summary>
/// <param name="Fault"><see cref="Fault.Config"/> for what is written wrongly, else what the file system said.</param>
/// <param name="File">The full path of the file.</param>
/// <param name="Line">From 1; 0 when it is about the file as a whole.</param>
internal sealed record ConfigError(Fault Fault, string File, int Line, string Message)
{
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Message}" : $"{File}: {Message}";
}
