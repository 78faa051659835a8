using MailModule.Delivery.Local;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// What POP3 sessions ask for, answered by accounts, host and mailboxes. One for many sessions; a session's own state
/// is its <see cref="Pop3RequestHandler"/>.
/// </summary>
internal sealed class Pop3Backend(
    MailboxDependencies mailboxes, Workers workers, HostCallback host, Func<Accounts> accounts, ReadAheadBuffers ahead,
    Log log)
    : IPop3Backend
{
    public IMailStore Store => mailboxes.Store;
    public LocalDelivery Delivery => mailboxes.Delivery;
    public Workers Workers => workers;
    public HostCallback Host => host;
    public Accounts Accounts => accounts();
    public string ScratchFolder => mailboxes.ScratchFolder;
    public Log Log => log;
    public ReadAheadBuffers ReadAheadBuffers => ahead;

    public Pop3Verdict Login(Pop3Session session, string user, byte[] password)
        => Pop3RequestHandler.Of(session, this).Login(user, password);

    public Pop3Verdict Open(Pop3Session session, int index, int lines)
        => Pop3RequestHandler.Of(session, this).Open(index, lines);

    public int Read(Pop3Session session, byte[] buffer) => Pop3RequestHandler.Of(session, this).Read(buffer);

    public Pop3Verdict Quit(Pop3Session session) => Pop3RequestHandler.Of(session, this).Quit();

    public void Closed(Pop3Session session)
    {
        // The session has given mailbox and message back itself.
    }
}
