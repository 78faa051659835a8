namespace MailModule.Engine.Proxying;

/// <summary>What a login at another server may do.</summary>
/// <param name="AllowsClearPassword">The password may go there without TLS.</param>
/// <param name="IsUtf8">The client has said UTF8 (RFC 6856 §2).</param>
internal readonly record struct RemoteLoginRules(bool AllowsClearPassword, bool IsUtf8);
