using MailModule.Engine.Connecting;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// What a running engine gets from other hosts by POP3. The stop of the engine ends what is connected. Any thread.
/// </summary>
public sealed class Retrieval
{
    internal Retrieval(ClientEnvironment environment) => Clients = new OpenClients(environment);

    /// <summary>The clients that the host leads verb by verb.</summary>
    internal OpenClients Clients { get; }

    /// <summary>Ends what every client waits for; waits for none of them.</summary>
    internal void Stop() => Clients.Stop();
}
