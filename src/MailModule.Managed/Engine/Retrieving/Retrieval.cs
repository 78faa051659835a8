using MailModule.Engine.Connecting;
using MailModule.Primitives;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// What a running engine gets from other hosts by POP3. The stop of the engine ends what is connected. Any thread.
/// </summary>
public sealed class Retrieval
{
    internal Retrieval(ClientEnvironment environment) => Clients = new OpenClients(environment);

    /// <summary>The clients that the host leads verb by verb.</summary>
    internal OpenClients Clients { get; }

    /// <summary>
    /// A client of POP3 that the host leads verb by verb; it is not connected. It outlives the engine's stop, and
    /// starts it again when it connects. <see cref="Fault.Argument"/>, or what keeps the setup's files from being used.
    /// </summary>
    /// <param name="client">Not null when the result is None.</param>
    internal static Fault NewClient(EngineStart start, ClientSetup setup, out Pop3Client? client)
    {
        Fault fault = setup.TryRead(out ClientSettings? settings);
        client = fault == Fault.None ? new Pop3Client(start, settings!) : null;
        return fault;
    }

    /// <summary>Ends what every client waits for; waits for none of them.</summary>
    internal void Stop() => Clients.Stop();
}
