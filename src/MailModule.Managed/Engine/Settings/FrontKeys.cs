namespace MailModule.Engine.Settings;

/// <summary>Rows about hosts in front of the servers, which pass connections on.</summary>
internal sealed class FrontKeys
{
    public Setting ProxyRange { get; } = Keys.Ranges(
        "proxy_range", "",
        "Proxies: a connection from there has to begin with a PROXY header (version 1 or 2) within 10 seconds, on all "
            + "ports of SMTP and POP3, before TLS; from then on the client is the one it names.");

    public Setting XclientRange { get; } = Keys.Ranges(
        "xclient_range", "",
        "Who may use XCLIENT, Postfix's command that names the client a connection is passed on for.");
}
