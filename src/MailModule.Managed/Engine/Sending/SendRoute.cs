namespace MailModule.Engine.Sending;

/// <summary>Which way an outgoing message takes.</summary>
public enum SendRouteKind
{
    /// <summary>Through the given server.</summary>
    Server,
    /// <summary>To the recipients' own servers, now.</summary>
    Direct,
    /// <summary>Into the durable queue.</summary>
    Queue,
}

/// <param name="Host">Name or address of the server, for <see cref="SendRouteKind.Server"/>; else empty.</param>
/// <param name="Port">1 to 65535, for <see cref="SendRouteKind.Server"/>; else 0.</param>
public readonly record struct SendRoute(SendRouteKind Kind, string Host = "", int Port = 0);
