namespace MailModule.Engine.Serving.Handlers;

/// <summary>
/// What a handler answers; the numbers are the C edge's <c>MM_VERDICT_…</c>. In place of them a reply code: 200 to 399
/// accepts, 400 to 599 refuses, 421 closes too.
/// </summary>
public static class HandlerVerdict
{
    /// <summary>As if there were no handler: the next table is asked, then the library's own checks decide.</summary>
    public const int Continue = 0;

    /// <summary>Accepted; the library's own checks of this step are not made.</summary>
    public const int Accept = 1;
    public const int Reject = 2;

    /// <summary>Refused, and the connection closes behind the reply.</summary>
    public const int Close = 3;

    /// <summary>The host has done what the step asks for: the library only replies.</summary>
    public const int Done = 4;

    /// <summary>A <see cref="PendingAnswer"/> will say.</summary>
    public const int Pending = 5;

    /// <summary>Domain: its mailboxes are here.</summary>
    public const int Local = 6;

    /// <summary>Domain: mail for it is sent on.</summary>
    public const int Forward = 7;

    /// <summary>Look-up: several bear that name.</summary>
    public const int Ambiguous = 8;

    /// <summary>It cannot be told now: 451.</summary>
    public const int Error = 9;
}
