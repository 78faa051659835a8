using System.Net;
using MailModule.Dns;

namespace MailModule.Authentication.Spf;

/// <summary>
/// Asks whether a client may use a domain's name (RFC 7208). Holds no thread while it waits, and keeps nothing: any
/// number of checks at once.
/// </summary>
/// <param name="hostName">Whose check it is, for explanations; empty: it stays unknown.</param>
/// <param name="time">Counts the time of a check, and says what %{t} is.</param>
internal sealed class SpfCheck(IDns dns, string hostName, TimeProvider time)
{
    /// <summary>What all questions of a check may take (RFC 7208 §4.6.4).</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    /// <summary>Characters of a sender and of a name in HELO: no command of SMTP has more.</summary>
    private const int ArgumentLimit = 1024;

    private const string Postmaster = "postmaster";

    /// <summary>Never throws for what clients, records or servers are like.</summary>
    /// <remarks>
    /// Where to call is as at <see cref="IDns.Ask"/>, and so is where the answer comes. What follows an answer is to
    /// parse a record, which may take a millisecond: the questions of strangers' checks are to come back on workers.
    /// </remarks>
    /// <param name="client">An IPv4 address in an IPv6 form counts as IPv4.</param>
    /// <param name="sender">
    /// The reverse path without its brackets; empty for the null one, for which the HELO is checked (RFC 7208 §2.4).
    /// Not looked at where the HELO is checked.
    /// </param>
    /// <param name="helo">The argument of HELO or EHLO; empty: there was none.</param>
    /// <param name="cancel">Ends it with TempError; any thread may cancel.</param>
    public async ValueTask<SpfResult> Check(
        SpfIdentity identity, IPAddress client, string sender, string helo, CancellationToken cancel)
    {
        bool isHelo = identity == SpfIdentity.Helo || sender.Length == 0;
        int at = isHelo ? -1 : sender.LastIndexOf('@');
        string domain = isHelo ? helo : sender[(at + 1)..];
        // RFC 7208 §4.3: "postmaster" stands for a local part that is missing.
        string localPart = at > 0 ? sender[..at] : Postmaster;
        if (Math.Max(sender.Length, helo.Length) > ArgumentLimit || !SpfName.TryNormalize(domain, out _))
            return new SpfResult(AuthResult.None, identity, $"{localPart}@{domain}", domain, "no domain name");
        var values = new MacroValues(
            localPart, SpfName.Shown(domain), SpfAddress.Plain(client), SpfName.Shown(helo), hostName,
            time.GetUtcNow());
        using var deadline = new CancellationTokenSource(TimeLimit, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        var evaluation = new SpfEvaluation(new SpfQuestions(dns, values.Client, end.Token), values);
        SpfVerdict verdict = await evaluation.Run().ConfigureAwait(false);
        bool isLate = deadline.IsCancellationRequested && verdict.Result == AuthResult.TempError;
        return new SpfResult(
            verdict.Result, identity, values.Sender, values.Domain, isLate ? "no answer in time" : verdict.Text)
        {
            Mechanism = verdict.Mechanism,
            Explanation = verdict.Result == AuthResult.Fail
                ? await evaluation.Explain(verdict).ConfigureAwait(false)
                : "",
        };
    }
}
