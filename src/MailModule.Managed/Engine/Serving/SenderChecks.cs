using System.Net;
using MailModule.Dns;
using MailModule.Engine.Settings;
using MailModule.Policy;
using MailModule.Policy.DnsLists;
using MailModule.Policy.SenderLists;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// What the checks of all sessions of an engine have in common: what is known of zones and of senders, lists, and the
/// script that scans. Any thread.
/// </summary>
/// <param name="rules">The rules of the moment.</param>
/// <param name="dns">The resolver of the moment.</param>
internal sealed class SenderChecks(
    Func<CheckRules> rules, Func<IDns> dns, Action<IJob> runJob, TimeProvider clock, Log log)
{
    private readonly CancellationTokenSource _stop = new();

    public DnsListLookup Zones { get; } = new(dns, clock, log);
    public ListFiles Lists { get; } = new(FileCalls.Real, log);
    public CheckMemory Memory { get; } = new(runJob, clock, log);
    public CutMessages CutMessages { get; } = new();

    /// <summary>For mail of everybody.</summary>
    public Antivirus Antivirus { get; } = new(() => rules().Antivirus, runJob, log);

    /// <inheritdoc cref="AuthenticationRules.ToldBy"/>
    public string? ToldBy => rules().Authentication.ToldBy;

    public Action<IJob> RunJob => runJob;
    public TimeProvider Clock => clock;
    public Log Log => log;

    /// <summary>The resolver of the moment.</summary>
    public IDns Dns => dns();

    /// <summary>Cancelled when the engine stops: what is looked up then is not learned.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>The checks of a session that begins; null where it meets none.</summary>
    public SmtpChecks? For(SmtpSession session, SmtpDependencies dependencies)
    {
        CheckRules now = rules();
        // Who must log in is judged by that.
        if (!now.IsAny || session.Options.RequireAuth || session.RemoteEndPoint?.Address is not IPAddress client)
            return null;
        RelayPolicy policy = dependencies.Policy();
        return dependencies.Clients.MayRelay(policy, client, isLoggedIn: false)
            ? null
            : new SmtpChecks(this, session, now, client, policy);
    }

    /// <summary>Ends look-ups, and saves what is known. Blocks as long as the disk takes.</summary>
    public void Stop()
    {
        _stop.Cancel();
        Antivirus.Stop();
        Memory.Close();
    }
}
