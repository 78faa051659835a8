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
        if (e is NoTlsException)
            return e.Message;
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
            if (OpenSslReasons.Find(cause.Message) is { } reason)
                return reason;
        return WordsOf(e);
    }

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
        return e is IOException ? ExceptionWords.Of(e) : FaultWords.Of(Fault.Tls);
    }
}
