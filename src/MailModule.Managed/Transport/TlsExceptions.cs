using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// Puts what the TLS layer throws into our words; it loads the system's library at its first use, and fails there if
/// none is installed.
/// </summary>
internal static class TlsExceptions
{
    public static Fault FaultOf(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => Fault.NotFound,
        IOException or UnauthorizedAccessException => Fault.Io,
        _ => Fault.Tls,
    };

    public static string Describe(Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
            if (cause is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
                return "the system's TLS library (libssl) is missing or unusable";
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
            if (OpenSslReasons.Find(cause.Message) is { } reason)
                return reason;
        return e.InnerException is { } inner ? $"{e.Message} ({inner.Message})" : e.Message;
    }
}
