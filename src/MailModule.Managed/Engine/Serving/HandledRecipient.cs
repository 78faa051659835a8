using MailModule.Dns;
using MailModule.Engine.Serving.Handlers;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;

namespace MailModule.Engine.Serving;

/// <summary>
/// A recipient that a host's handlers decide on: what becomes of its domain, whether the name is anybody's there, and
/// where its mail goes. Serves the session's recipients one after the other.
/// </summary>
internal sealed class HandledRecipient(HandledBackend backend)
{
    private PathParts _parts;
    private bool _isLocalByHost;

    private SmtpBackend Own => backend.Own;
    private SmtpSession Session => backend.Session;
    private MailAddress Address => Session.Transaction.Rcpt.Address;
    private RelayPolicy Rules => Own.Dependencies.Policy();

    /// <summary>The host has said of a recipient of the transaction that it has done what is to be done.</summary>
    public bool HasOfHost { get; private set; }

    /// <summary>A new transaction.</summary>
    public void Begin() => HasOfHost = false;

    /// <summary>Takes the RCPT that the session has read.</summary>
    public void Read()
    {
        ref readonly RcptArgument rcpt = ref Session.Transaction.Rcpt;
        _parts = PathParts.Of(Session.CommandArgument);
        _isLocalByHost = false;
        string route = string.Join(',', _parts.Route.Select(static host => $"@{host}"));
        backend.Calls.Arguments.Rcpt = new RcptRequest(rcpt.Address, route, _parts.Parameters)
        {
            Original = rcpt.OriginalRecipient ?? "",
            Notify = rcpt.Notify,
        };
    }

    public Verdict Follow(HandlerSteps step, StepAnswer answer) => step switch
    {
        HandlerSteps.Rcpt => FollowRcpt(answer),
        HandlerSteps.Domain => FollowDomain(answer),
        _ => FollowLookup(answer),
    };

    /// <inheritdoc cref="IHandlerSession.AddRecipient"/>
    public Fault Add(MailAddress address)
    {
        RelayVerdict verdict = Rules.CheckRecipient(address, mayRelay: true);
        if (!verdict.IsAccepted)
            return FaultReason.Because(Fault.NotFound, $"{address}: no user here has that name");
        SmtpBackend.Take(Session.Envelope, new Recipient(address, verdict.Maildrop));
        return Fault.None;
    }

    private Verdict FollowRcpt(StepAnswer answer)
    {
        switch (answer.Kind)
        {
            case StepAnswerKind.Continue:
                backend.Calls.Arguments.Text = Normalized(Address.Domain);
                backend.Calls.Arguments.Route = _parts.Route;
                return backend.Ask(HandlerSteps.Domain);
            case StepAnswerKind.Done:
                HasOfHost = true;
                return new Verdict(VerdictKind.Accept, answer.Reply);
            default:
                return TakeVouched(Address, answer.Reply);
        }
    }

    private Verdict FollowDomain(StepAnswer answer)
    {
        // A bare postmaster has no domain to be sent to.
        if (answer.Kind == StepAnswerKind.Forward && Address.Domain.Length > 0)
            return Take(Address, null, answer.Reply);
        _isLocalByHost = answer.Kind == StepAnswerKind.Local;
        if (!_isLocalByHost && !IsLocal(Address))
            return Own.Rcpt(Session, Session.Envelope, in Session.Transaction.Rcpt);
        backend.Calls.Arguments.Text = Address.Text;
        return backend.Ask(HandlerSteps.Lookup);
    }

    private Verdict FollowLookup(StepAnswer answer)
    {
        if (answer.Kind != StepAnswerKind.Continue)
            return TakeVouched(backend.Calls.Findings.Expansion ?? Address, answer.Reply);
        if (!_isLocalByHost || IsLocal(Address))
            return Own.Rcpt(Session, Session.Envelope, in Session.Transaction.Rcpt);
        return TakeLocal();
    }

    // Whose the domain is, the host has said; nobody has vouched for the recipient, so the checks have their say.
    private Verdict TakeLocal()
    {
        RelayPolicy rules = Rules;
        if (Own.ChecksOf(Session.Envelope)?.Trap(Address) is { } trap)
            return trap;
        return rules.Accounts.FindRecipient(Address) is { } account
            ? Own.CheckAndTake(Session, rules, Session.Envelope, Session.Transaction.Rcpt.ToRecipient(account.Name))
            : Own.RefuseUnknown(Session, BackendReplies.RecipientRefused(RelayRefusal.UnknownUser));
    }

    // The host vouches for the recipient: whoever it is, it is taken, and at a domain of ours has a mailbox.
    private Verdict TakeVouched(MailAddress address, Reply? reply)
    {
        bool isLocal = IsLocal(address) || (_isLocalByHost && ReferenceEquals(address, Address));
        if (!isLocal)
            return Take(address, null, reply);
        RelayVerdict verdict = Rules.CheckRecipient(address, mayRelay: false);
        if (verdict.Refusal == RelayRefusal.Loop)
            return Verdict.Refuse(BackendReplies.RecipientRefused(RelayRefusal.Loop));
        Accounts accounts = Rules.Accounts;
        string? maildrop = verdict.Maildrop ?? (accounts.FindRecipient(address)
            ?? accounts.FindOrCreate(address.LocalPart))?.Name;
        return maildrop is null
            ? Own.RefuseUnknown(Session, BackendReplies.RecipientRefused(RelayRefusal.UnknownUser))
            : Take(address, maildrop, reply);
    }

    private Verdict Take(MailAddress address, string? maildrop, Reply? reply)
    {
        Recipient recipient = Session.Transaction.Rcpt.ToRecipient(maildrop);
        if (!ReferenceEquals(address, Address))
            recipient = recipient with
            {
                Address = address,
                OriginalRecipient = recipient.OriginalRecipient ?? $"rfc822;{Address.Text}",
            };
        SmtpBackend.Take(Session.Envelope, recipient);
        return new Verdict(VerdictKind.Accept, reply);
    }

    // RFC 5321 §4.1.1.3: a bare postmaster has no domain, and is ours.
    private bool IsLocal(MailAddress address) => address.Domain.Length == 0 || Rules.Domains.Contains(address.Domain);

    private static string Normalized(string domain)
        => DnsName.TryNormalize(domain, out string name) ? name : domain.ToLowerInvariant();
}
