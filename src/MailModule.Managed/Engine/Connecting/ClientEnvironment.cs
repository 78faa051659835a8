using MailModule.Delivery.Remote;
using MailModule.Dns;
using MailModule.Transport;

namespace MailModule.Engine.Connecting;

/// <summary>
/// What clients of the host have of a running engine. A change of the settings changes it; who needs it twice for one
/// thing keeps what he got first. Any thread.
/// </summary>
internal sealed class ClientEnvironment(
    Func<RemoteOptions> options, Func<IDns> dns, Func<string> scratchFolder, Workers workers)
{
    /// <summary>How hosts are spoken to of which the settings say nothing special.</summary>
    public RemoteOptions Options => options();

    public IDns Dns => dns();

    /// <summary>For contents that are too large for memory.</summary>
    public string ScratchFolder => scratchFolder();

    /// <summary>To look names up on.</summary>
    public Workers Workers => workers;
}
