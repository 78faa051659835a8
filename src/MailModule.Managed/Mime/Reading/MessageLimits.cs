namespace MailModule.Mime.Reading;

/// <summary>How much of a message is looked into: time and memory follow its length, not what it promises.</summary>
/// <param name="Header">Octets of one header.</param>
/// <param name="Parts">In all, the message itself among them.</param>
/// <param name="Depth">Parts inside each other.</param>
/// <param name="Parameters">Of one field.</param>
public readonly record struct MessageLimits(int Header, int Parts, int Depth, int Parameters)
{
    public const int MaxHeader = 64 * 1024 * 1024;
    public const int MaxParts = 1_000_000;
    public const int MaxDepth = 10_000;
    public const int MaxParameters = 1_000_000;

    public static readonly MessageLimits Default = new(1024 * 1024, 10_000, 100, 1000);
}
