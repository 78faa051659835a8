namespace MailModule.Policy;

/// <summary>How long greylisting makes senders wait, and what it remembers.</summary>
/// <param name="Delay">A sender who tries again sooner goes on waiting.</param>
/// <param name="Life">One who tries again later begins anew.</param>
/// <param name="Pass">How long one who has waited need not do so again, since he came last.</param>
/// <param name="AutoPass">So many senders of one network that have waited speak for all of it; 0: none do.</param>
internal readonly record struct GreylistTimes(TimeSpan Delay, TimeSpan Life, TimeSpan Pass, int AutoPass);
