using MailModule.Delivery.Forwarding;

namespace MailModule.Engine.Serving;

/// <summary>What the script of <c>antivirus</c> has said of a message.</summary>
/// <param name="Why">Where the script has decided so, or why nobody can tell.</param>
internal readonly record struct ScanAnswer(ScanEnd End, string Why);
