using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>What an error of the operating system means to us.</summary>
internal static class SystemFault
{
    /// <summary>The last error of a call on this thread, for whoever tells a person of it right after.</summary>
    [ThreadStatic]
    private static int t_error;

    /// <param name="result">A call's result: an <see cref="Errno"/> with its sign turned, or no error.</param>
    public static Fault Of(int result)
    {
        if (result < 0)
            t_error = -result;
        return Meaning(-result);
    }

    /// <summary>
    /// The system's words for the error that gave this fault on this thread; the fault's own, where none did.
    /// </summary>
    public static string Describe(Fault fault)
        => fault != Fault.None && Meaning(t_error) == fault
            ? WordsOf(t_error)
            : FaultWords.Of(fault);

    /// <summary>An <see cref="Errno"/> in the system's words.</summary>
    public static string WordsOf(int errno)
        => OperatingSystem.IsWindows() ? WindowsErrors.Describe(errno) : Marshal.GetPInvokeErrorMessage(errno);

    private static Fault Meaning(int error) => error switch
    {
        <= 0 => Fault.None,
        Errno.NoSpace or Errno.QuotaExceeded or Errno.TooManyFiles or Errno.TooManyFilesInSystem => Fault.Full,
        Errno.OutOfMemory => Fault.Memory,
        Errno.NoEntry => Fault.NotFound,
        Errno.Again => Fault.Locked,
        _ => Fault.Io,
    };
}
