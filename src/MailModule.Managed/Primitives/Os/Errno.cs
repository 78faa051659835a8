namespace MailModule.Primitives.Os;

/// <summary>
/// Linux error numbers that decide something here. They are the words for errors on other systems too
/// (<see cref="WindowsErrors"/>).
/// </summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int Io = 5;
    public const int NoDeviceOrAddress = 6;
    public const int BadDescriptor = 9;
    public const int Again = 11;
    public const int OutOfMemory = 12;
    public const int NoAccess = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int InvalidArgument = 22;
    public const int TooManyFilesInSystem = 23;
    public const int TooManyFiles = 24;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;
    public const int NameTooLong = 36;
    public const int NotImplemented = 38;
    public const int NotEmpty = 39;
    public const int SymbolicLink = 40;
    public const int NotSupported = 95;
    public const int Refused = 111;
    public const int QuotaExceeded = 122;
}
