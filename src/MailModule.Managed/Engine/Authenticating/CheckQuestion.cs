using MailModule.Authentication;
using MailModule.Authentication.Checks;

namespace MailModule.Engine.Authenticating;

/// <summary>The checks of one message, for the host.</summary>
/// <param name="ownId">Our own authserv-id (RFC 8601 §2.5).</param>
internal sealed class CheckQuestion(HostQuestions all, MessageChecks checks, CheckSubject subject, string ownId)
    : HostQuestion<FoundResults>(all)
{
    public override void Append(ReadOnlySpan<byte> octets) => checks.Append(octets);

    public override void End() => checks.End();

    public override void Dispose() => checks.Dispose();

    internal override async ValueTask<HostAnswer<FoundResults>> Ask(CancellationToken cancel)
    {
        using (checks)
        {
            bool isSpfAlone = subject.Methods == CheckMethods.Spf;
            MessageResults results = isSpfAlone
                ? await checks.CompleteSpf(cancel).ConfigureAwait(false)
                : await checks.Complete(cancel).ConfigureAwait(false);
            return HostAnswer<FoundResults>.Of(new FoundResults(Asked(results), ownId));
        }
    }

    // Of the null reverse path without a HELO there is one result, that of the path.
    private MessageResults Asked(MessageResults results)
        => results with { Helo = subject.Helo is null ? null : results.Helo };
}
