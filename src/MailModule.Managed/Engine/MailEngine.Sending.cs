using MailModule.Dns;
using MailModule.Primitives;

namespace MailModule.Engine;

// Sending one message with a result for each recipient, and the look-up of mail hosts.
public sealed partial class MailEngine
{
    /// <summary>Begins a message that is sent with results. <see cref="Fault.Argument"/> for a route or sender that is malformed.</summary>
    /// <param name="from">Envelope sender; empty for the null path.</param>
    /// <param name="observer">Null: nobody hears.</param>
    /// <param name="sending">Not null when the result is None.</param>
    public Fault NewSending(SendOptions options, string from, ISendObserver? observer, out ISending? sending)
    {
        sending = null;
        return Fail(Fault.NotSupported, "sending with results comes in a later version");
    }

    /// <summary>
    /// The hosts that take a domain's mail, best first, with their addresses. Blocks. <see cref="Fault.Dns"/>: not known for now; <see cref="Fault.NotFound"/>: no such domain or no host;
    /// <see cref="Fault.Refused"/>: it takes no mail (RFC 7505); <see cref="Fault.Argument"/>: not a domain name.
    /// </summary>
    public Fault FindMx(string domain, out IReadOnlyList<MailExchanger> hosts)
    {
        hosts = [];
        return Fail(Fault.NotSupported, "look-ups come in a later version");
    }
}
