using MailModule.Primitives;

namespace MailModule.Engine.Control;

/// <summary>
/// What both sides of a control connection know (decision 0047). The server greets with eight octets: "MMCTL", its
/// version, whether it serves the connection, 0. Then the client asks and the server answers, in turn, each in a frame:
/// four octets of length, the most significant first, and so many octets. A request is a verb and its values; an answer
/// is a fault, its reason and, without a fault, the values. The numbers of faults are those of the C edge.
/// </summary>
internal static class ControlProtocol
{
    /// <summary>Counts the additions: a server with at least the version of a verb knows it.</summary>
    public const byte Version = 1;

    public const int GreetingLength = 8;
    public const int HeaderLength = 4;

    /// <summary>Octets of a request's frame at most, without its length.</summary>
    public const int RequestLimit = 1024 * 1024;

    /// <summary>Octets of an answer's: a message may have very many recipients.</summary>
    public const int AnswerLimit = 64 * 1024 * 1024;

    /// <summary>Octets of content, or of ids, in one frame.</summary>
    public const int PieceLength = 64 * 1024;

    /// <summary>How long an answer may take, and the rest of a frame that has begun.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30);

    private const int VersionAt = 5;
    private const int StateAt = 6;

    private static ReadOnlySpan<byte> Name => "MMCTL"u8;

    /// <summary>What the greeting says of the connection.</summary>
    public enum State : byte
    {
        Served = 0,

        /// <summary>There are too many others.</summary>
        Busy = 1,

        /// <summary>The client is another user's process.</summary>
        Stranger = 2,
    }

    public static byte[] Greeting(State state) => [.. Name, Version, (byte)state, 0];

    /// <summary>Whether a greeting is one, and lets the client go on.</summary>
    public static Fault Check(ReadOnlySpan<byte> greeting)
    {
        if (greeting.Length != GreetingLength || !greeting.StartsWith(Name) || greeting[VersionAt] == 0)
            return FaultReason.Because(Fault.Protocol, "what listens there is no engine of this library");
        return (State)greeting[StateAt] switch
        {
            State.Served when greeting[VersionAt] < Version
                => FaultReason.Because(Fault.NotSupported, "the other process has an older version of the library"),
            State.Served => Fault.None,
            State.Busy => FaultReason.Because(Fault.Limit, "the engine has too many control connections"),
            State.Stranger => FaultReason.Because(Fault.Io, "the engine belongs to another user"),
            _ => FaultReason.Because(Fault.Protocol, "a greeting that this version does not know"),
        };
    }
}
