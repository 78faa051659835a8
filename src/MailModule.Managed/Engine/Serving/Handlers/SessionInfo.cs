using System.Net;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>Who a session is with, and how. Texts are empty where there is nothing to tell.</summary>
public sealed record SessionInfo
{
    /// <summary>The client, as PROXY or XCLIENT told it where they may; null: it has no address.</summary>
    public IPEndPoint? Client { get; init; }

    /// <summary>Where the connection came from; null as above.</summary>
    public IPEndPoint? ConnectedFrom { get; init; }

    /// <summary>Where it came to; null: not known.</summary>
    public IPEndPoint? Server { get; init; }

    /// <summary>What HELO, EHLO or LHLO named.</summary>
    public string Helo { get; init; } = "";

    /// <summary>As in Received (RFC 3848): "ESMTPSA".</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Version and cipher.</summary>
    public string Tls { get; init; } = "";

    /// <summary>The server's name that the client asked for (SNI).</summary>
    public string TlsName { get; init; } = "";

    /// <summary>Distinguished name of the client's certificate, if it was verified.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>Who logged in.</summary>
    public string User { get; init; } = "";

    /// <summary>By which mechanism.</summary>
    public string Mechanism { get; init; } = "";
    public DateTimeOffset Began { get; init; }

    /// <summary>It may relay: by its address, or logged in.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>Messages taken so far.</summary>
    public int Messages { get; init; }
}
