using System.ComponentModel;
using MailModule.Primitives;
using MailModule.Primitives.Os;

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
                return PlatformTls.Unusable;
        if (e is NoTlsException)
            return e.Message;
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
            if (ReasonOf(cause) is { } reason)
                return reason;
        return WordsOf(e);
    }

    /// <summary>The alert that the peer has sent, where the platform tells it.</summary>
    public static int? AlertOf(Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
            if (OpenSslReasons.FindAlert(cause.Message) is { } alert)
                return alert;
        return null;
    }

    private static string? ReasonOf(Exception cause)
        => PlatformTls.IsLacking(cause) ? PlatformTls.Lacking
            : cause is Win32Exception system ? SchannelReasons.Find(system.NativeErrorCode)
            : OpenSslReasons.Find(cause.Message);

    // What OpenSSL says stands innermost, behind its own numbers ("error:0A000102:SSL routines::unsupported protocol");
    // the sentences around it are the runtime's.
    private static string WordsOf(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        int words = e.Message.LastIndexOf("::", StringComparison.Ordinal);
        if (words >= 0)
            return e.Message[(words + 2)..];
        if (e.Message.Contains("renegotiation", StringComparison.OrdinalIgnoreCase))
            return "the other side asks for a renegotiation";
        if (e is Win32Exception)
            return e.Message;
        return e is IOException ? ExceptionWords.Of(e) : FaultWords.Of(Fault.Tls);
    }
}
