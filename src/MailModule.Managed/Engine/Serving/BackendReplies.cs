using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp;

namespace MailModule.Engine.Serving;

/// <summary>The replies that come from policy and from the spool.</summary>
internal static class BackendReplies
{
    private static readonly Reply UnknownUser = new(550, "5.1.1", "No such user here");
    private static readonly Reply NotLocal = new(550, "5.7.1", "Relaying denied");
    private static readonly Reply Loop = new(550, "5.4.6", "Mail loop: this address leads to itself alone");
    private static readonly Reply Full = new(452, "4.3.1", "Insufficient system storage, try again later");
    private static readonly Reply Failed = new(451, "4.3.0", "The message could not be stored, try again later");

    public static readonly Reply LoginsThrottled = new(454, "4.7.0", "Too many failed logins, try again later");
    public static readonly Reply LoginsClosed = new(421, "4.7.0", "Too many failed logins, closing connection");
    public static readonly Reply LoginsBusy = new(454, "4.7.0", "Too many logins at once, try again later");
    public static readonly Reply TooManyUnknown = new(421, "4.7.0", "Too many unknown recipients, closing connection");

    public static readonly Reply Banned =
        new(421, "4.7.0", "Too many unknown recipients from your address, try again later");

    /// <summary>A setting keeps the address out.</summary>
    public static readonly Reply Barred554 = new(554, "5.7.1", "Connections from your address are not taken here");
    public static readonly Reply OverVolume421 =
        new(421, "4.7.1", "Too much mail has come from your address, try again later");
    private static readonly Reply OverVolume452 =
        new(452, "4.7.1", "Too much mail has come from your address, try again later");
    private static readonly Reply NeverFits552 =
        new(552, "5.3.4", "The message is larger than what is taken from one address");
    private static readonly Reply NearlyFull452 =
        new(452, "4.2.2", "The mailbox has no room for this message, try again later");
    private static readonly Reply Full552 = new(552, "5.2.2", "The mailbox is full");
    private static readonly Reply NotYourSender = new(553, "5.7.1", "The sender is not an address of yours");
    private static readonly Reply OurSender = new(553, "5.7.1", "Log in to send as a user of this domain");
    public static readonly Reply HeldTooLong = new(501, "5.5.4", "The message would be held longer than is offered");

    /// <summary>One of the recipients has had the message before.</summary>
    public static readonly Reply Looping554 = new(554, "5.4.6", "The message has been here before: it is looping");

    public static Reply RecipientRefused(RelayRefusal refusal) => refusal switch
    {
        RelayRefusal.UnknownUser => UnknownUser,
        RelayRefusal.Loop => Loop,
        _ => NotLocal,
    };

    public static Reply SenderRefused(SenderRefusal refusal)
        => refusal == SenderRefusal.NotOfUser ? NotYourSender : OurSender;

    public static Reply MailboxFull(QuotaVerdict verdict) => verdict == QuotaVerdict.Near ? NearlyFull452 : Full552;

    public static Reply OverVolume(VolumeVerdict verdict)
        => verdict == VolumeVerdict.NeverFits ? NeverFits552 : OverVolume452;

    public static Reply NotStored(Fault fault) => fault is Fault.Full ? Full : Failed;

    public static Reply Queued(string id) => new(250, "2.0.0", $"Ok: queued as {id}");
}
