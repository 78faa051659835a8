using MailModule.Engine.Connecting;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Reads <c>mm_smtp_options</c> and <c>mm_pop3_options</c>.</summary>
internal static class ClientOptionsReader
{
    private const int CheckNever = 1;
    private const int CheckAlways = 2;

    public static Fault Read(in ClientOptionsLayout given, out ClientSetup setup)
    {
        setup = new ClientSetup();
        var fault = ReadTimes(
            given.ConnectMilliseconds, given.SendMilliseconds, given.ReceiveMilliseconds, out var times);
        if (fault != Fault.None)
            return fault;
        if (given.TlsCheck is < 0 or > CheckAlways)
            return FaultReason.Because(Fault.Argument, "tls_check has no such value");
        fault = Text.ReadOptional(given.Proxy, "proxy", out string? proxy);
        if (fault != Fault.None)
            return fault;
        fault = Text.ReadOptional(given.Certificate, "certificate", out string? certificate);
        if (fault != Fault.None)
            return fault;
        fault = Text.ReadOptional(given.Key, "key", out string? key);
        setup = new ClientSetup
        {
            Times = times,
            ChecksCertificate = given.TlsCheck != CheckNever,
            Proxy = proxy,
            CertificateFile = certificate,
            KeyFile = key,
            Decide = given.OnCertificate == 0 ? null : new CertificateCallback(given.OnCertificate, given.User).Decide,
            Trace = given.OnTrace == 0 ? null : new TraceCallback(given.OnTrace, given.User).Write,
        };
        return fault;
    }

    /// <summary>0: as the protocol says; -1: none.</summary>
    public static Fault ReadTimes(int connect, int send, int receive, out ClientTimes times)
    {
        times = new ClientTimes(TimeOf(connect), TimeOf(send), TimeOf(receive));
        return connect < -1 || send < -1 || receive < -1
            ? FaultReason.Because(Fault.Argument, "a time-out is below -1")
            : Fault.None;
    }

    private static TimeSpan? TimeOf(int milliseconds) => milliseconds switch
    {
        0 => null,
        < 0 => Timeout.InfiniteTimeSpan,
        _ => TimeSpan.FromMilliseconds(milliseconds),
    };
}
