namespace MailModule.Policy;

/// <summary>Why a recipient is refused.</summary>
internal enum RelayRefusal
{
    None = 0,
    /// <summary>The domain is ours, the user is not: 550 5.1.1.</summary>
    UnknownUser,
    /// <summary>The domain is not ours, and this client may not relay: 550 5.7.1.</summary>
    NotLocal,
    /// <summary>A list or an alias that leads to itself alone: 550 5.4.6.</summary>
    Loop,
}

/// <summary>The verdict on one recipient.</summary>
/// <param name="Maildrop">The local user who gets the message, or <see cref="MailingList.Maildrop"/>, or
/// <see cref="SenderRewriting.MaildropOf"/>; null for a remote recipient and when refused.</param>
/// <param name="Refusal">None when accepted.</param>
internal readonly record struct RelayVerdict(string? Maildrop, RelayRefusal Refusal)
{
    public bool IsAccepted => Refusal == RelayRefusal.None;

    /// <summary>What is wrong with the recipient, in words that follow its address.</summary>
    public string Reason => Refusal switch
    {
        RelayRefusal.None => "is accepted",
        RelayRefusal.NotLocal => "is not here",
        RelayRefusal.Loop => "leads to itself alone",
        _ => "is nobody here",
    };
}
