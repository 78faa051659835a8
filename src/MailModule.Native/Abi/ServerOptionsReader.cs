using MailModule.Engine.Serving;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// Reads <c>mm_smtp_server_options</c> and <c>mm_pop3_server_options</c>, which are of one form in this version.
/// </summary>
internal static class ServerOptionsReader
{
    /// <param name="pointer">0: as the settings say.</param>
    public static Fault Read(nint pointer, out ServerOptions options)
    {
        options = new ServerOptions();
        if (pointer == 0)
            return Fault.None;
        var fault = Layout.Read(pointer, out ServerOptionsLayout given);
        if (fault != Fault.None)
            return fault;
        fault = Text.ReadOptional(given.Addresses, "addresses", out string? addresses);
        options = new ServerOptions { Addresses = addresses, Port = given.Port, MaxSessions = given.MaxSessions };
        return fault;
    }

    /// <summary>Checks a table of handlers, of which there are none in this version.</summary>
    /// <param name="pointer">0: there is none.</param>
    public static Fault CheckHandlers(nint pointer)
        => pointer == 0 ? Fault.None : Layout.Read(pointer, out ServerHandlersLayout _);
}
