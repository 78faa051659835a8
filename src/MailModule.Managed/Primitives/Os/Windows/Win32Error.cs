using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os.Windows;

/// <summary>Numbers of Windows' errors (winerror.h, winsock2.h), and which of them an NTSTATUS is.</summary>
internal static partial class Win32Error
{
    public const int Success = 0;
    public const int FileNotFound = 2;
    public const int PathNotFound = 3;
    public const int TooManyOpenFiles = 4;
    public const int AccessDenied = 5;
    public const int InvalidHandle = 6;
    public const int NotEnoughMemory = 8;
    public const int OutOfMemory = 14;
    public const int InvalidDrive = 15;
    public const int NotSameDevice = 17;
    public const int NoMoreFiles = 18;
    public const int WriteProtect = 19;
    public const int SharingViolation = 32;
    public const int LockViolation = 33;
    public const int HandleDiskFull = 39;
    public const int NotSupported = 50;
    public const int BadNetworkPath = 53;
    public const int DeviceNotThere = 55;
    public const int BadNetworkName = 67;
    public const int FileExists = 80;
    public const int InvalidParameter = 87;
    public const int BufferOverflow = 111;
    public const int DiskFull = 112;
    public const int CallNotImplemented = 120;
    public const int InvalidName = 123;
    public const int DirectoryNotEmpty = 145;
    public const int PathBusy = 148;
    public const int BadPathName = 161;
    public const int Busy = 170;
    public const int AlreadyExists = 183;
    public const int FileNameTooLong = 206;
    public const int Directory = 267;
    public const int DeletePending = 303;
    public const int DirectoryNotSupported = 336;
    public const int StoppedOnSymlink = 681;
    public const int IoPending = 997;
    public const int UserMappedFile = 1224;
    public const int DiskQuotaExceeded = 1295;
    public const int PrivilegeNotHeld = 1314;
    public const int NoSystemResources = 1450;
    public const int WorkingSetQuota = 1453;
    public const int CommitmentLimit = 1455;
    public const int NotEnoughQuota = 1816;
    public const int CannotAccessFile = 1920;
    public const int CannotResolveName = 1921;
    public const int NotAReparsePoint = 4390;
    public const int ReparsePointEncountered = 4395;

    private const int StatusNoSuchDevice = unchecked((int)0xC000000E);
    private const int StatusDeletePending = unchecked((int)0xC0000056);
    private const int StatusFileIsADirectory = unchecked((int)0xC00000BA);
    private const int StatusFileDeleted = unchecked((int)0xC0000123);

    /// <summary>The Win32 number of an NTSTATUS that is an error; <see cref="Success"/> of one that is none.</summary>
    public static int Of(int status) => status switch
    {
        >= 0 => Success,
        // The system's own table makes "access denied" of these,
        StatusDeletePending or StatusFileDeleted => DeletePending,
        StatusFileIsADirectory => DirectoryNotSupported,
        // and "file not found" of a disk that was taken away.
        StatusNoSuchDevice => DeviceNotThere,
        _ => RtlNtStatusToDosError(status),
    };

    /// <summary>That of the calling thread's last call with SetLastError.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    [LibraryImport("ntdll")]
    private static partial int RtlNtStatusToDosError(int status);
}
