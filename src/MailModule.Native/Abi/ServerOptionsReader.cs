using MailModule.Engine.Serving;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Reads <c>mm_smtp_server_options</c> and <c>mm_pop3_server_options</c>.</summary>
internal static class ServerOptionsReader
{
    /// <param name="pointer">0: as the settings say.</param>
    public static Fault ReadSmtp(nint pointer, out ServerOptions options)
    {
        options = new ServerOptions();
        if (pointer == 0)
            return Fault.None;
        var fault = Layout.Read(pointer, out SmtpServerOptionsLayout given);
        if (fault != Fault.None)
            return fault;
        fault = Text.ReadOptional(given.Addresses, "addresses", out string? addresses);
        if (fault != Fault.None)
            return fault;
        fault = ReadProtocol(given.Protocol, out var protocol);
        if (fault != Fault.None)
            return fault;
        if (given.Tls is not (0 or 1))
            return FaultReason.Because(Fault.Argument, "tls is 0 or 1");
        options = new ServerOptions
        {
            Addresses = addresses,
            Port = given.Port,
            MaxSessions = given.MaxSessions,
            Protocol = protocol,
            IsTlsFirst = given.Tls != 0,
        };
        return Fault.None;
    }

    /// <param name="pointer">0: as the settings say.</param>
    public static Fault ReadPop3(nint pointer, out ServerOptions options)
    {
        options = new ServerOptions();
        if (pointer == 0)
            return Fault.None;
        var fault = Layout.Read(pointer, out Pop3ServerOptionsLayout given);
        if (fault != Fault.None)
            return fault;
        if (given.Tls is not (0 or 1))
            return FaultReason.Because(Fault.Argument, "tls is 0 or 1");
        if (given.Reserved != 0)
            return FaultReason.Because(Fault.Argument, "reserved is not 0");
        fault = Text.ReadOptional(given.Addresses, "addresses", out string? addresses);
        options = new ServerOptions
        {
            Addresses = addresses,
            Port = given.Port,
            MaxSessions = given.MaxSessions,
            IsTlsFirst = given.Tls != 0,
        };
        return fault;
    }

    /// <summary>Reads <c>MM_SMTP_PROTOCOL_…</c>.</summary>
    public static Fault ReadProtocol(int number, out SmtpProtocol protocol)
    {
        protocol = (SmtpProtocol)number;
        return Enum.IsDefined(protocol) ? Fault.None : FaultReason.Because(Fault.Argument, $"{number} is no protocol");
    }
}
