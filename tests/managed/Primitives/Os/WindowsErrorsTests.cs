using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Tests.Primitives.Os;

/// <summary>Windows' errors in the numbers and words that the rest of the library knows; on every system.</summary>
public class WindowsErrorsTests
{
    [Theory]
    [InlineData(Win32Error.FileNotFound, Errno.NoEntry)]
    [InlineData(Win32Error.PathNotFound, Errno.NoEntry)]
    [InlineData(Win32Error.DeletePending, Errno.NoEntry)]
    [InlineData(Win32Error.AccessDenied, Errno.NoAccess)]
    [InlineData(Win32Error.SharingViolation, Errno.Busy)]
    [InlineData(Win32Error.LockViolation, Errno.Again)]
    [InlineData(Win32Error.AlreadyExists, Errno.Exists)]
    [InlineData(Win32Error.FileExists, Errno.Exists)]
    [InlineData(Win32Error.Directory, Errno.NotDirectory)]
    [InlineData(Win32Error.DirectoryNotSupported, Errno.IsDirectory)]
    [InlineData(Win32Error.DirectoryNotEmpty, Errno.NotEmpty)]
    [InlineData(Win32Error.NotSameDevice, Errno.CrossDevice)]
    [InlineData(Win32Error.DiskFull, Errno.NoSpace)]
    [InlineData(Win32Error.HandleDiskFull, Errno.NoSpace)]
    [InlineData(Win32Error.CommitmentLimit, Errno.OutOfMemory)]
    [InlineData(Win32Error.InvalidName, Errno.InvalidArgument)]
    [InlineData(Win32Error.ReparsePointEncountered, Errno.SymbolicLink)]
    [InlineData(Win32Error.BadNetworkPath, Errno.Io)]
    [InlineData(Win32Error.BadNetworkName, Errno.Io)]
    [InlineData(59, Errno.Io)] // ERROR_UNEXP_NET_ERR: none of ours
    public void An_error_of_windows_is_one_that_we_know(int error, int expected)
    {
        Assert.Equal(expected, WindowsErrors.Of(error));
        Assert.Equal(-expected, WindowsErrors.Result(error));
    }

    [Fact]
    public void No_error_is_no_error()
    {
        Assert.Equal(0, WindowsErrors.Result(Win32Error.Success));
        Assert.Equal(0, WindowsErrors.ResultOfStatus(0));
        Assert.Equal(0, WindowsErrors.ResultOfStatus(0x103)); // STATUS_PENDING
    }

    [Fact]
    public void What_the_systems_table_calls_access_denied_is_told_apart()
    {
        Assert.Equal(-Errno.NoEntry, WindowsErrors.ResultOfStatus(unchecked((int)0xC0000056)));
        Assert.Equal(-Errno.NoEntry, WindowsErrors.ResultOfStatus(unchecked((int)0xC0000123)));
        Assert.Equal(-Errno.IsDirectory, WindowsErrors.ResultOfStatus(unchecked((int)0xC00000BA)));
    }

    [Fact]
    public void A_disk_that_is_away_is_no_file_that_is_not_there()
        => Assert.Equal(-Errno.Io, WindowsErrors.ResultOfStatus(unchecked((int)0xC000000E)));

    [Fact]
    public void Every_error_has_words()
    {
        Assert.Equal("access is denied", WindowsErrors.Describe(WindowsErrors.Of(Win32Error.AccessDenied)));
        Assert.Equal("there is no such file or folder", WindowsErrors.Describe(Errno.NoEntry));
        WindowsErrors.Of(Win32Error.AccessDenied);
        // The last error was another, so its words are not these.
        Assert.Equal(FaultWords.Of(Fault.Io), WindowsErrors.Describe(Errno.Io));
    }
}
