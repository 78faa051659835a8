using MailModule.Authentication.Spf;
using MailModule.Dns;

namespace MailModule.Authentication.Checks;

/// <summary>SPF of one message: of the name in HELO and of the reverse path, both at once (RFC 7208 §2.3, §2.4).
/// </summary>
internal static class SpfOfMessage
{
    /// <summary>Results without any where the client is not known.</summary>
    public static async ValueTask<MessageResults> Check(
        CheckRequest request, IDns dns, TimeProvider time, CancellationToken cancel)
    {
        if (request.Client is not { } client)
            return MessageResults.Empty;
        var check = new SpfCheck(dns, request.HostName, time);
        Task<SpfResult>? ofSender = request.Sender.Length == 0
            ? null
            : check.Check(SpfIdentity.MailFrom, client, request.Sender, request.Helo, cancel).AsTask();
        SpfResult? ofHelo = request.Helo.Length == 0 && ofSender is not null
            ? null
            : await check.Check(SpfIdentity.Helo, client, "", request.Helo, cancel).ConfigureAwait(false);
        return new MessageResults
        {
            Helo = ofHelo,
            // RFC 7208 §2.4: the null reverse path is the HELO's
            MailFrom = ofSender is null ? ofHelo : await ofSender.ConfigureAwait(false),
        };
    }
}
