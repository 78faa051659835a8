namespace MailModule.Primitives.Os;

/// <summary>
/// Files of ours that others may read, rename and delete as far as the system lets them: mode 0600 where there are
/// modes; on Windows the folder says who may.
/// </summary>
internal static class PrivateFile
{
    /// <summary>For writing, without a buffer, shared with all.</summary>
    public static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
