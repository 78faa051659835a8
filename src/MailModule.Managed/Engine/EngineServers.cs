using System.Net;
using MailModule.Engine.Serving;

namespace MailModule.Engine;

/// <summary>
/// The servers of a running engine: of each kind one, or none. Started under the engine's lock; asked on any thread.
/// </summary>
internal sealed class EngineServers(Func<HostCallback, MailServer> makeSmtp, Func<HostCallback, MailServer> makePop3)
{
    private readonly SingleServer _smtp = new(makeSmtp);
    private readonly SingleServer _pop3 = new(makePop3);

    /// <summary>The SMTP server runs.</summary>
    public bool ServesSmtp => _smtp.Running is not null;

    public SingleServer Of(ServerKind kind) => kind == ServerKind.Smtp ? _smtp : _pop3;

    /// <summary>The SMTP server listens there now: mail sent there would come back.</summary>
    public bool TakesMailAt(IPEndPoint target) => _smtp.Running?.Listens(target) ?? false;

    /// <summary>No connection is accepted from now on; sessions go on.</summary>
    public void CloseToNew()
    {
        _smtp.CloseToNew();
        _pop3.CloseToNew();
    }

    /// <summary>
    /// Stops one, if it runs: sessions get until <paramref name="timeout"/>, then they are cut. False: a session still
    /// waits for a host callback.
    /// </summary>
    public bool Stop(ServerKind kind, TimeSpan timeout) => Of(kind).Stop(timeout);
}
