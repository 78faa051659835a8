using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os.Windows;

/// <summary>What Windows knows of the machine and of other processes on it.</summary>
internal static unsafe partial class Machine
{
    private const int DnsFullyQualified = 3; // ComputerNameDnsFullyQualified
    private const int NameLimit = 1024;
    private const int PathLimit = 32768;
    private const uint QueryLimited = 0x1000; // PROCESS_QUERY_LIMITED_INFORMATION

    /// <summary>The name with its domain, as far as the machine has one; null: the system does not say.</summary>
    public static string? FullName()
    {
        char* name = stackalloc char[NameLimit];
        uint length = NameLimit;
        return GetComputerNameExW(DnsFullyQualified, name, &length) ? new string(name, 0, (int)length) : null;
    }

    /// <summary>The path of a process's program; null where there is no such process, or we may not know.</summary>
    public static string? ProgramOf(int process)
    {
        nint handle = OpenProcess(QueryLimited, 0, process);
        if (handle == 0)
            return null;
        char[] path = new char[PathLimit];
        uint length = PathLimit;
        bool isKnown;
        fixed (char* p = path)
            isKnown = QueryFullProcessImageNameW(handle, 0, p, &length);
        NtFile.Close(handle);
        return isKnown ? new string(path, 0, (int)length) : null;
    }

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetComputerNameExW(int kind, char* name, uint* length);

    [LibraryImport("kernel32")]
    private static partial nint OpenProcess(uint access, int inherit, int process);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool QueryFullProcessImageNameW(nint process, uint flags, char* path, uint* length);
}
