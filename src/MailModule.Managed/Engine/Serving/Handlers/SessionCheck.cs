namespace MailModule.Engine.Serving.Handlers;

/// <summary>What a check has found out about a client; the numbers are the C edge's <c>MM_CHECK_…</c>.</summary>
public enum CheckResult
{
    NotListed = 0,
    Listed = 1,
    /// <summary>The list answers with what it does not count as listed.</summary>
    OutOfRange = 2,
    /// <summary>No answer in time, or a wrong one: as not listed.</summary>
    Down = 3,
    /// <summary>The list says that it is asked too much (127.255.255.0/24): as not listed.</summary>
    Refused = 4,
    /// <summary>Not asked yet, or left out because the list is out of order.</summary>
    Unknown = 5,
}

/// <summary>One check that a session has had.</summary>
/// <param name="Kind">"dnsbl", "dnswl", "goodlist", "badlist", "graylist", "greylist", "checkmx", …</param>
/// <param name="Name">The zone, or file and line of the rule.</param>
/// <param name="Answer">The address that the list gave; empty for none.</param>
/// <param name="Reason">In words, for a log; empty for none.</param>
public sealed record SessionCheck(string Kind, string Name, string Answer, string Reason, CheckResult Result);
