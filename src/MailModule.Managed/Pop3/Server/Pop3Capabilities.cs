using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>CAPA (RFC 2449 §5): what holds in this state, on this connection.</summary>
internal static class Pop3Capabilities
{
    public static void Write(
        Output output, Pop3ServerOptions options, Pop3State state, bool passwordAllowed, bool isTls)
    {
        output.Write(Pop3Replies.Capabilities);
        output.Write("TOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\nEXPIRE NEVER\r\n"u8);
        if (passwordAllowed)
            output.Write("USER\r\n"u8);
        // RFC 2595 §4: STLS is announced only where it may be given.
        if (options.OfferStls && !isTls && state == Pop3State.Authorization)
            output.Write("STLS\r\n"u8);
        output.Write("IMPLEMENTATION "u8);
        output.Write(options.Implementation);
        output.Write("\r\n.\r\n"u8);
    }
}
