using MailModule.Primitives;

namespace MailModule.Smtp.Client;

/// <summary>What moves a dialogue's octets for a caller that waits itself. One thread.</summary>
internal interface IDialogueConnection
{
    /// <summary>
    /// Waits until all of them have left; else why not. <see cref="Fault.Closed"/> does not end
    /// <see cref="Receive"/>: what the server said before it closed can still be read.
    /// </summary>
    Fault Send(ReadOnlySpan<byte> octets);

    /// <summary>
    /// Waits until there is at least one octet more in <see cref="Unconsumed"/>; else why not:
    /// <see cref="Fault.Closed"/> at the end, <see cref="Fault.Timeout"/> when the time is over that the dialogue gave
    /// the server (<see cref="Transport.IPeer.SetDeadline"/>), <see cref="Fault.Cancelled"/>.
    /// </summary>
    Fault Receive();

    /// <summary>What was received and not consumed; valid until the next call.</summary>
    ReadOnlySpan<byte> Unconsumed { get; }

    void Consume(int count);
}
