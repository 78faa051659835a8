namespace MailModule.Authentication.Arc;

/// <summary>The three fields that one host has put in front of a message (RFC 8617 §4.1), by their places in the
/// header section.</summary>
/// <param name="Results">ARC-Authentication-Results.</param>
/// <param name="Message">ARC-Message-Signature.</param>
/// <param name="Seal">ARC-Seal.</param>
internal readonly record struct ArcSet(int Results, int Message, int Seal);
