using System.Runtime.InteropServices;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>
/// Windows' errors as the numbers of <see cref="Errno"/>, by which all else here knows errors. An error that has none
/// of its own there is <see cref="Errno.Io"/>; its words are still Windows' for who asks on the same thread.
/// </summary>
internal static class WindowsErrors
{
    [ThreadStatic]
    private static int t_last;

    /// <summary>A result as of <see cref="FileCalls"/>: 0, or an <see cref="Errno"/> with its sign turned.</summary>
    /// <param name="error">A Win32 number.</param>
    public static int Result(int error) => error == Win32Error.Success ? 0 : -Of(error);

    /// <inheritdoc cref="Result"/>
    /// <param name="status">An NTSTATUS.</param>
    public static int ResultOfStatus(int status) => Result(Win32Error.Of(status));

    /// <summary>The <see cref="Errno"/> of a Win32 number that is an error.</summary>
    public static int Of(int error)
    {
        t_last = error;
        return Meaning(error);
    }

    /// <summary>An <see cref="Errno"/> in words.</summary>
    public static string Describe(int errno) => errno switch
    {
        Errno.NotPermitted => "the right to do it is missing",
        Errno.NoEntry => "there is no such file or folder",
        Errno.BadDescriptor => "the handle is not open",
        Errno.Again => "it is locked by another",
        Errno.OutOfMemory => "memory could not be had",
        Errno.NoAccess => "access is denied",
        Errno.Busy => "another program has it open",
        Errno.Exists => "there is one of that name",
        Errno.CrossDevice => "it is on another volume",
        Errno.NotDirectory => "it is no folder",
        Errno.IsDirectory => "it is a folder",
        Errno.InvalidArgument => "the name or the request is not one that the system takes",
        Errno.TooManyFiles or Errno.TooManyFilesInSystem => "too many open files",
        Errno.NoSpace => "no space is left on the disk",
        Errno.ReadOnly => "the disk is write-protected",
        Errno.NameTooLong => "the name is too long",
        Errno.NotEmpty => "the folder is not empty",
        Errno.NotImplemented or Errno.NotSupported => "the system or its disk does not know how",
        Errno.SymbolicLink => "a link is in the way",
        Errno.QuotaExceeded => "a quota is reached",
        _ => Meaning(t_last) == errno ? Marshal.GetPInvokeErrorMessage(t_last).TrimEnd('.') : FaultWords.Of(Fault.Io),
    };

    private static int Meaning(int error) => error switch
    {
        Win32Error.FileNotFound or Win32Error.PathNotFound or Win32Error.InvalidDrive or Win32Error.NoMoreFiles
            => Errno.NoEntry,
        // While a server or a disk is away, nobody knows what is there: a forward file, say.
        Win32Error.BadNetworkPath or Win32Error.BadNetworkName or Win32Error.DeviceNotThere => Errno.Io,
        // A file that is deleted, and still open somewhere, has its name as long; but it is not to be had.
        Win32Error.DeletePending => Errno.NoEntry,
        Win32Error.AccessDenied or Win32Error.CannotAccessFile => Errno.NoAccess,
        Win32Error.PrivilegeNotHeld => Errno.NotPermitted,
        Win32Error.SharingViolation or Win32Error.UserMappedFile or Win32Error.Busy or Win32Error.PathBusy
            => Errno.Busy,
        Win32Error.LockViolation or Win32Error.IoPending => Errno.Again,
        Win32Error.FileExists or Win32Error.AlreadyExists => Errno.Exists,
        Win32Error.DirectoryNotEmpty => Errno.NotEmpty,
        Win32Error.DiskFull or Win32Error.HandleDiskFull => Errno.NoSpace,
        Win32Error.DiskQuotaExceeded => Errno.QuotaExceeded,
        Win32Error.WriteProtect => Errno.ReadOnly,
        Win32Error.NotSameDevice => Errno.CrossDevice,
        Win32Error.Directory => Errno.NotDirectory,
        Win32Error.DirectoryNotSupported => Errno.IsDirectory,
        Win32Error.StoppedOnSymlink or Win32Error.ReparsePointEncountered or Win32Error.CannotResolveName
            => Errno.SymbolicLink,
        Win32Error.InvalidName or Win32Error.BadPathName or Win32Error.InvalidParameter or Win32Error.NotAReparsePoint
            => Errno.InvalidArgument,
        Win32Error.FileNameTooLong or Win32Error.BufferOverflow => Errno.NameTooLong,
        Win32Error.InvalidHandle => Errno.BadDescriptor,
        Win32Error.TooManyOpenFiles => Errno.TooManyFiles,
        Win32Error.NotEnoughMemory or Win32Error.OutOfMemory or Win32Error.NoSystemResources
            or Win32Error.WorkingSetQuota or Win32Error.CommitmentLimit or Win32Error.NotEnoughQuota
            => Errno.OutOfMemory,
        Win32Error.NotSupported or Win32Error.CallNotImplemented => Errno.NotSupported,
        _ => Errno.Io,
    };
}
