namespace MailModule.Primitives.Os.Windows;

/// <summary>Results of the NT calls that decide something here. What is below 0 is an error or a warning.</summary>
internal static class NtStatus
{
    public const int Pending = 0x103;
    public const int BufferOverflow = unchecked((int)0x80000005);
    public const int NoMoreFiles = unchecked((int)0x80000006);
    public const int NotImplemented = unchecked((int)0xC0000002);
    public const int InvalidInfoClass = unchecked((int)0xC0000003);
    public const int InvalidParameter = unchecked((int)0xC000000D);
    public const int NoSuchFile = unchecked((int)0xC000000F);
    public const int InvalidDeviceRequest = unchecked((int)0xC0000010);
    public const int EndOfFile = unchecked((int)0xC0000011);
    public const int AccessDenied = unchecked((int)0xC0000022);
    public const int SharingViolation = unchecked((int)0xC0000043);
    public const int NotSupported = unchecked((int)0xC00000BB);
    public const int NameTooLong = unchecked((int)0xC0000106);
    public const int CannotDelete = unchecked((int)0xC0000121);
    public const int PipeBroken = unchecked((int)0xC000014B);
}
