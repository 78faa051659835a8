namespace MailModule.Primitives.Os;

/// <summary>What an error of the operating system means to us.</summary>
internal static class SystemFault
{
    /// <param name="result">A call's result: an <see cref="Errno"/> with its sign turned, or no error.</param>
    public static Fault Of(int result) => -result switch
    {
        <= 0 => Fault.None,
        Errno.NoSpace or Errno.QuotaExceeded or Errno.TooManyFiles or Errno.TooManyFilesInSystem => Fault.Full,
        Errno.OutOfMemory => Fault.Memory,
        Errno.NoEntry => Fault.NotFound,
        Errno.Again => Fault.Locked,
        _ => Fault.Io,
    };
}
