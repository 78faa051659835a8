namespace MailModule.Mime;

/// <summary>Gives the next octets of a content; 0 at the end, below 0 for an error.</summary>
public delegate int OctetReader(Span<byte> buffer);
