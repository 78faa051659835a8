using MailModule.Delivery.Local;
using MailModule.Engine.Serving;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Tests.Delivery;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>A POP3 session of the engine's own handlers that a test steps.</summary>
internal static class SteppedPop3
{
    private static readonly Pop3ServerOptions s_options =
        new() { HostName = "mail.example", PlainAuthWithoutTls = true };

    /// <param name="runJob">Gets the jobs that are a worker's elsewhere.</param>
    public static SteppedSession Over(
        MemoryPeer peer, MaildirStore store, TemporaryFolder folder, Action<IJob> runJob, HostCallback host,
        Func<Accounts> accounts, Guessing? guessing = null, ClientSpeeds? speeds = null)
        => Over(peer, store, folder, runJob, host, accounts, guessing ?? new Guessing(), s_options, null, out _,
            speeds: speeds);

    public static SteppedSession Over(
        MemoryPeer peer, MaildirStore store, TemporaryFolder folder, Action<IJob> runJob, HostCallback host,
        Func<Accounts> accounts, Guessing guessing, Pop3ServerOptions options, PopLogins? popLogins,
        out Pop3Session session, LoginDelays? delays = null, ClientSpeeds? speeds = null)
    {
        var delivery = new LocalDelivery(new LocalDeliveryDependencies
        {
            Spool = new MemorySpool([]),
            Store = store,
            HomeOf = name => folder.In(name),
        });
        var dependencies = new Pop3Dependencies(
            new MailboxDependencies(store, delivery, folder.In("scratch")), runJob, host, accounts,
            new ReadAheadBuffers(), Log.None)
        {
            Guessing = guessing,
            PopLogins = popLogins,
            LoginDelays = delays ?? new LoginDelays(guessing.Clock),
            Speeds = speeds ?? ClientSpeeds.None,
        };
        session = new Pop3Session(options, new Pop3Backend(dependencies, null), peer);
        return new SteppedSession(session, peer);
    }
}
