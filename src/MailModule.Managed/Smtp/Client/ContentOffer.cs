namespace MailModule.Smtp.Client;

/// <summary>What a server takes beside short lines of ASCII, and what is done where it takes less.</summary>
/// <param name="EightBitMime">RFC 6152.</param>
/// <param name="Utf8">RFC 6531.</param>
internal readonly record struct ContentOffer(bool EightBitMime, bool Utf8, EightBitUse Use);
