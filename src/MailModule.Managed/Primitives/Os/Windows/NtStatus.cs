namespace MailModule.Primitives.Os.Windows;

/// <summary>Results of the NT calls that decide something here. What is below 0 is an error or a warning.</summary>
internal static class NtStatus
{
    public const int Pending = 0x103;
    public const int BufferOverflow = unchecked((int)0x80000005);
    public const int NoMoreFiles = unchecked((int)0x80000006);
    public const int StoppedOnSymlink = unchecked((int)0x8000002D);
    public const int NotImplemented = unchecked((int)0xC0000002);
    public const int InvalidInfoClass = unchecked((int)0xC0000003);
    public const int InvalidParameter = unchecked((int)0xC000000D);
    public const int NoSuchDevice = unchecked((int)0xC000000E);
    public const int NoSuchFile = unchecked((int)0xC000000F);
    public const int InvalidDeviceRequest = unchecked((int)0xC0000010);
    public const int EndOfFile = unchecked((int)0xC0000011);
    public const int NoMemory = unchecked((int)0xC0000017);
    public const int AccessDenied = unchecked((int)0xC0000022);
    public const int ObjectNameInvalid = unchecked((int)0xC0000033);
    public const int ObjectNameNotFound = unchecked((int)0xC0000034);
    public const int ObjectNameCollision = unchecked((int)0xC0000035);
    public const int ObjectPathInvalid = unchecked((int)0xC0000039);
    public const int ObjectPathNotFound = unchecked((int)0xC000003A);
    public const int ObjectPathSyntaxBad = unchecked((int)0xC000003B);
    public const int SharingViolation = unchecked((int)0xC0000043);
    public const int QuotaExceeded = unchecked((int)0xC0000044);
    public const int FileLockConflict = unchecked((int)0xC0000054);
    public const int LockNotGranted = unchecked((int)0xC0000055);
    public const int DeletePending = unchecked((int)0xC0000056);
    public const int PrivilegeNotHeld = unchecked((int)0xC0000061);
    public const int DiskFull = unchecked((int)0xC000007F);
    public const int InsufficientResources = unchecked((int)0xC000009A);
    public const int MediaWriteProtected = unchecked((int)0xC00000A2);
    public const int FileIsADirectory = unchecked((int)0xC00000BA);
    public const int NotSupported = unchecked((int)0xC00000BB);
    public const int BadNetworkPath = unchecked((int)0xC00000BE);
    public const int BadNetworkName = unchecked((int)0xC00000CC);
    public const int NotSameDevice = unchecked((int)0xC00000D4);
    public const int NotADirectory = unchecked((int)0xC0000103);
    public const int NameTooLong = unchecked((int)0xC0000106);
    public const int TooManyOpenedFiles = unchecked((int)0xC000011F);
    public const int CannotDelete = unchecked((int)0xC0000121);
    public const int FileDeleted = unchecked((int)0xC0000123);
    public const int PipeBroken = unchecked((int)0xC000014B);
    public const int TooManyLinks = unchecked((int)0xC0000265);
    public const int ReparseTagNotHandled = unchecked((int)0xC0000279);
    public const int ReparsePointEncountered = unchecked((int)0xC000050B);
    public const int DiskQuotaExceeded = unchecked((int)0xC0000802);
}
