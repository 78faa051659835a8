using System.Net;
using MailModule.Authentication;
using MailModule.Authentication.Checks;
using MailModule.Dns;
using MailModule.Engine.Serving.Handlers;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Policy.DnsLists;
using MailModule.Policy.SenderLists;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// The checks of one session with a stranger, by the rules of the moment in which it began. Where it has nothing to say
/// it says null; where it has to wait, for names or files, it answers the session later. Used by the session's owner,
/// one thread at a time; <see cref="Results"/> by any.
/// </summary>
internal sealed class SmtpChecks
{
    private const int OfRecipient = 550, OfMessage = 554;

    private readonly SenderChecks _shared;
    private readonly SmtpSession _session;
    private readonly CheckRules _rules;
    private readonly IPAddress _client;
    private readonly RelayPolicy _policy;
    private readonly ClientZones _zones;
    private readonly SenderNames _names;
    private readonly CheckResults _results;
    private bool _hasOrdinaryRecipients;
    private bool _hasGoodSender;

    public SmtpChecks(
        SenderChecks shared, SmtpSession session, CheckRules rules, IPAddress client, RelayPolicy policy)
    {
        _shared = shared;
        _session = session;
        _rules = rules;
        _client = client;
        _policy = policy;
        _results = new CheckResults(rules);
        _zones = new ClientZones(shared, rules, client, _results);
        _names = new SenderNames(shared, client);
    }

    /// <summary>What was found out so far.</summary>
    public IReadOnlyList<SessionCheck> Results => _results.Current;

    public CheckRules Rules => _rules;

    /// <summary>Of the transaction under way; null: nothing of that is checked.</summary>
    public MessageAuthentication? Authentication { get; private set; }

    /// <summary>The session's client is still the one that they are of.</summary>
    public bool AreOf(SmtpSession session) => _client.Equals(session.RemoteEndPoint?.Address);

    /// <summary>The client has connected: look-ups begin, before anybody is asked about it.</summary>
    public void Begin()
    {
        if (_rules.Zones.IsAny && !IsSpammer)
            _zones.BeginLookUp();
    }

    /// <summary>
    /// For a host's handlers, who see <see cref="Results"/> and decide by them: all zones have answered, or their time
    /// is up.
    /// </summary>
    /// <param name="isAtConnect">They are asked about the connection, which waits for zones where these count then.
    /// </param>
    /// <param name="runJob">Runs what follows.</param>
    /// <param name="then">What follows once that is so.</param>
    /// <returns>Null: it is so now.</returns>
    public Verdict? AwaitZones(bool isAtConnect, Action<IJob> runJob, Func<Verdict> then)
    {
        if (_zones.AreKnown || isAtConnect && !_rules.Zones.RefuseAt(DnsBlStage.Connect))
            return null;
        _zones.WhenKnown(runJob, new JudgingJob(_session, () => new(then()), runJob, _shared.Log));
        return Verdict.Pending;
    }

    public Verdict? Connect()
    {
        if (IsSpammer)
            return Refuse("fake, spamfltr", "the list of spammers has its address", CheckReplies.Spammer421);
        return _rules.Zones.RefuseAt(DnsBlStage.Connect)
            ? Judge(async () => await RefuseIfListed(OfMessage).ConfigureAwait(false) ?? Verdict.Accept)
            : null;
    }

    public Verdict? Mail(Envelope envelope)
    {
        return _rules.Blacklist.Find(envelope.ReversePath) is { } entry
            ? Refuse("blacklist", entry, CheckReplies.SenderRefused550)
            : null;
    }

    /// <summary>A transaction begins, by what the client has said in MAIL; again for the same one nothing happens.
    /// </summary>
    public void BeginMessage(Envelope envelope)
    {
        _hasOrdinaryRecipients = _hasGoodSender = false;
        if (!_rules.Authentication.IsAny || ReferenceEquals(Authentication?.Envelope, envelope))
            return;
        Authentication?.Dispose();
        Authentication = new MessageAuthentication(
            _shared, _rules.Authentication, envelope, new CheckRequest
            {
                Methods = _rules.Authentication.Methods,
                Client = _client,
                Helo = envelope.Helo,
                Sender = envelope.ReversePath.Text,
                HostName = _session.Options.HostName,
                TrustedSealers = _rules.Authentication.TrustedSealers,
            });
    }

    /// <summary>The message is stored, or gone.</summary>
    public void EndMessage()
    {
        Authentication?.Dispose();
        Authentication = null;
    }

    /// <summary>
    /// As <see cref="AwaitZones"/>, for what is found out about a message: SPF, or where it is whole all of it.
    /// </summary>
    public Verdict? AwaitAuthentication(bool isWhole, Action<IJob> runJob, Func<Verdict> then)
    {
        if (Authentication is not { } authentication
            || (isWhole ? authentication.IsKnown : authentication.IsSpfKnown))
            return null;
        authentication.WhenKnown(isWhole, runJob, new JudgingJob(_session, () => new(then()), runJob, _shared.Log));
        return Verdict.Pending;
    }

    /// <summary>Before anything else is asked about a recipient.</summary>
    public Verdict? Trap(MailAddress recipient)
    {
        if (_rules.Traps.Find(recipient) is not { } trap)
            return null;
        AddSpammer("fake", trap);
        return Verdict.Close(CheckReplies.Spammer421);
    }

    /// <param name="home">Of the recipient, who is a user of ours; null: he is not.</param>
    /// <param name="accepted">Adds the recipient.</param>
    public Verdict? Rcpt(Envelope envelope, MailAddress recipient, string? home, Func<Verdict> accepted)
    {
        bool asksZones = _rules.Zones.RefuseAt(DnsBlStage.Rcpt);
        if (!asksZones && !_rules.ListsAreAtRcpt)
            return null;
        return Judge(async () =>
            (asksZones ? await RefuseIfListed(OfRecipient).ConfigureAwait(false) : null)
            ?? (_rules.ListsAreAtRcpt
                ? await AskLists(envelope, [recipient], _rules.Lists.ArePersonal ? home : null, OfRecipient)
                    .ConfigureAwait(false)
                : null)
            ?? accepted());
    }

    /// <param name="accepted">Goes on with the message.</param>
    public Verdict? Data(Envelope envelope, Func<Verdict> accepted)
    {
        if (_rules.Filters.IsAny && _shared.CutMessages.Contains(KeyOf(envelope)))
            return Refuse("antispam", "the message was refused before", CheckReplies.Bad(OfMessage, _rules.SpamText));
        bool asksZones = _rules.Zones.RefuseAt(DnsBlStage.Data);
        bool asksLists = !_rules.ListsAreAtRcpt && _rules.Lists.IsAny
            && envelope.Recipients.Exists(recipient => recipient.Maildrop is not null);
        if (!asksZones && !asksLists && !_rules.ChecksMx)
            return null;
        if (!_rules.ListsAreAtRcpt)
            _hasOrdinaryRecipients = true;
        return Judge(async () =>
            (asksZones ? await RefuseIfListed(OfMessage).ConfigureAwait(false) : null)
            ?? (asksLists ? await AskLists(envelope, AddressesOf(envelope), home: null, OfMessage)
                .ConfigureAwait(false) : null)
            ?? (_rules.ChecksMx && _hasOrdinaryRecipients
                ? await CheckDomain(envelope.ReversePath).ConfigureAwait(false)
                : null)
            ?? accepted());
    }

    /// <summary>What the filters are to see of a message; null where there are none.</summary>
    public ContentSample? NewSample()
        => _rules.Filters.IsAny ? new ContentSample(_rules.Filters.Spam is not null) : null;

    /// <summary>All of a message is there, and somebody else has judged it.</summary>
    /// <param name="accepted">Goes on with it, once it is known what is to be told of it.</param>
    public Verdict AwaitResults(Func<Verdict> accepted)
        => Judge(async () =>
        {
            await AllResults().ConfigureAwait(false);
            return accepted();
        });

    /// <summary>All of a message is there.</summary>
    /// <param name="sample">For filters; null: there are none.</param>
    /// <param name="accepted">Goes on with it.</param>
    public Verdict EndOfData(Envelope envelope, ContentSample? sample, Func<Verdict> accepted)
        => Judge(async () =>
        {
            MessageResults results = await AllResults().ConfigureAwait(false);
            return ByDmarc(envelope, results.Dmarc)
                ?? (sample is null ? null : await ByFilters(envelope, sample, results).ConfigureAwait(false))
                ?? accepted();
        });

    private ValueTask<MessageResults> AllResults()
        => Authentication is { } authentication ? authentication.All() : new(MessageResults.Empty);

    // Null: DMARC lets it pass, to the mailbox or to the folder for what it quarantines.
    private Verdict? ByDmarc(Envelope envelope, DmarcResult? dmarc)
    {
        if (dmarc is null || _rules.Authentication.Dmarc != DmarcUse.Enforce)
            return null;
        Reply? refusal = DmarcEnforcement.RefusalOf(dmarc);
        bool quarantines = DmarcEnforcement.Quarantines(dmarc);
        if (refusal is null && !quarantines)
            return null;
        if (_hasGoodSender && !_hasOrdinaryRecipients)
        {
            _shared.Log.PassedByCheck(_session, "goodlist", "dmarc is not enforced");
            return null;
        }
        string reason = $"{dmarc.FromDomain} {dmarc.Text}".Trim();
        if (refusal is not null)
            return Refuse("dmarc", reason, refusal);
        _shared.Log.PassedByCheck(_session, "dmarc", $"to the folder {DmarcEnforcement.Folder}: {reason}");
        DmarcEnforcement.Quarantine(envelope);
        return null;
    }

    private async ValueTask<Verdict?> ByFilters(Envelope envelope, ContentSample sample, MessageResults results)
    {
        bool checksOut = _rules.Filters.CheckHello && await CheckHello().ConfigureAwait(false);
        var filters = new ContentFilters(_rules, envelope, sample, checksOut)
        {
            Log = _shared.Log,
            Authentication = results,
        };
        if (filters.FindHit() is not { } hit)
            return null;
        _shared.CutMessages.Add(KeyOf(envelope));
        if (hit == ContentFilters.SpamFilter)
            AddSpammer(hit, "the filter is true");
        return Refuse(hit, "the filter is true", CheckReplies.Bad(OfMessage, _rules.SpamText));
    }

    private bool IsSpammer => _rules.HasSpammers && _shared.Memory.Spammers.Contains(_client);

    private void AddSpammer(string check, string reason)
    {
        _shared.Memory.Spammers.Add(_client, _rules.SpamTime);
        _shared.Memory.Learned();
        _shared.Log.PutOnSpammerList(_session, check, reason);
    }

    private Verdict Judge(Func<ValueTask<Verdict>> judge)
    {
        _shared.RunJob(new JudgingJob(_session, judge, _shared.RunJob, _shared.Log));
        return Verdict.Pending;
    }

    private Verdict Refuse(string check, string reason, Reply reply)
    {
        _shared.Log.RefusedByCheck(_session, check, reason, reply);
        return reply.Code == 421 ? Verdict.Close(reply) : Verdict.Refuse(reply);
    }

    private async ValueTask<Verdict?> RefuseIfListed(int code)
    {
        if (await _zones.Listed().ConfigureAwait(false) is not { } listed)
            return null;
        return Refuse("dnsbl", $"{listed.Zone.Name} says {listed.Answer}",
            CheckReplies.Listed(code, _rules.SpamText, _client, listed));
    }

    // Null: nothing speaks against it.
    private async ValueTask<Verdict?> AskLists(
        Envelope envelope, IReadOnlyList<MailAddress> recipients, string? home, int code)
    {
        SenderVerdict verdict = default;
        if (_rules.Lists.IsAny)
        {
            var judge = new ListJudge(_shared, _rules, home, _zones.AreListed, CheckHello)
            {
                AskSpf = () => Authentication is { } authentication ? authentication.Spf() : new(MessageResults.Empty),
            };
            verdict = await judge.Judge(new ListFacts(envelope, recipients)).ConfigureAwait(false);
            _results.Add(verdict);
        }
        if (verdict.Class == SenderClass.Good)
        {
            _hasOrdinaryRecipients &= _rules.ListsAreAtRcpt;
            _hasGoodSender = true;
            _shared.Log.PassedByCheck(_session, "goodlist", verdict.Rule);
            return null;
        }
        _hasOrdinaryRecipients = true;
        if (verdict.Class == SenderClass.Bad)
            return Refuse("badlist", verdict.Rule, CheckReplies.Bad(code, _rules.SpamText));
        return await AskGreylist(envelope, recipients, verdict).ConfigureAwait(false);
    }

    private async ValueTask<Verdict?> AskGreylist(
        Envelope envelope, IReadOnlyList<MailAddress> recipients, SenderVerdict verdict)
    {
        bool isGray = verdict.Class == SenderClass.Gray;
        if (!isGray && !_rules.Greylist.IsOn || !isGray && await _zones.IsGood().ConfigureAwait(false)
            || _rules.Greylist.MxNeedNotWait && await _names.IsMxOf(envelope.ReversePath).ConfigureAwait(false))
            return null;
        // The graylist knows no sender for longer than it lets him try again.
        GreylistTimes times = isGray
            ? _rules.Greylist.Times with { Pass = _rules.Greylist.Times.Life, AutoPass = 0 }
            : _rules.Greylist.Times;
        string names = string.Join(' ', recipients.Select(recipient => recipient.Text));
        bool mayPass = _shared.Memory.Greylist.Pass(
            isGray ? "graylist" : "greylist", _client, envelope.ReversePath.Text, names, times);
        _shared.Memory.Learned();
        _results.AddGreylist(mayPass);
        if (mayPass)
            return null;
        return isGray
            ? Refuse("graylist", verdict.Rule, CheckReplies.Gray451(_rules.SpamText))
            : Refuse("greylist", $"the first time to {names}, or too soon", CheckReplies.Greylisted451);
    }

    private async ValueTask<Verdict?> CheckDomain(MailAddress sender)
    {
        if (sender.Domain.Length == 0 || sender.Domain[0] == '[' || _policy.Domains.Contains(sender.Domain))
            return null;
        MxAnswer answer = await _names.ExchangersOf(sender.Domain).ConfigureAwait(false);
        _results.AddDomain(sender.Domain, answer);
        return CheckReplies.OfDomain(answer.Status) is { } reply ? Refuse("checkmx", answer.Text, reply) : null;
    }

    private ValueTask<bool> CheckHello() => _names.ChecksOut(_session.Helo);

    private static List<MailAddress> AddressesOf(Envelope envelope)
        => envelope.Recipients.ConvertAll(recipient => recipient.Address);

    private string KeyOf(Envelope envelope)
        => CutMessages.KeyOf(envelope.ReversePath.Text, _client.ToString(), envelope.Helo,
            string.Join(' ', AddressesOf(envelope).Select(address => address.Text)));
}
