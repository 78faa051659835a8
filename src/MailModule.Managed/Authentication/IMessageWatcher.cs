namespace MailModule.Authentication;

/// <summary>
/// What wants to know about a message that goes by (<see cref="MessagePass"/>): a check, or something that signs. On
/// the thread that hands the message over, one call at a time.
/// </summary>
internal interface IMessageWatcher
{
    /// <summary>The header section is over; of the body nothing has come. Called once.</summary>
    /// <param name="header">Stays as it is, and may be kept.</param>
    /// <param name="hashes">Where to ask for a hash of the body, now and not later.</param>
    void HeaderEnded(HeaderSection header, BodyHashes hashes);
}
