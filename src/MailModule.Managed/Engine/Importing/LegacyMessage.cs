namespace MailModule.Engine.Importing;

/// <summary>A file of the old module's as it is taken over. Disposing of it ends its content.</summary>
/// <param name="First">Its first line; null: it is no line of the old module's, and all of the file is message.</param>
/// <param name="Content">In final form; null: only to be known.</param>
/// <param name="Received">When the message came in.</param>
/// <param name="Digest">Of the file's octets, in hexadecimal digits.</param>
/// <param name="Octets">Of the file.</param>
internal sealed record LegacyMessage(
    LegacyFirstLine? First, LegacyContent? Content, DateTimeOffset Received, string Digest, long Octets) : IDisposable
{
    public void Dispose() => Content?.Dispose();
}
