using System.Buffers;
using MailModule.Authentication;
using MailModule.Authentication.Arc;
using MailModule.Authentication.Dkim;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Resending;

/// <summary>
/// Seals messages of strangers that are sent on (ARC, RFC 8617), by what was found out when they came. Any thread;
/// blocks as long as files take.
/// </summary>
/// <param name="key">Null: nothing is sealed.</param>
/// <param name="serverId">Our name in Authentication-Results; null: nothing is found out about what comes, and what
/// such fields say is somebody else's.</param>
internal sealed class ArcSealer(Func<DkimKey?> key, Func<string?> serverId, TimeProvider time, Log log)
{
    private const int PieceSize = 64 * 1024;

    /// <summary>One that seals nothing.</summary>
    public static readonly ArcSealer None = new(static () => null, static () => null, TimeProvider.System, Log.None);

    /// <summary>The fields to put in front of a message; empty: it is not sealed.</summary>
    /// <param name="envelope">Whoever may relay has written such fields himself: his are not sealed.</param>
    /// <param name="id">For the log.</param>
    /// <param name="arrived">The header of the message as it came, with what was found out in front.</param>
    /// <param name="front">The message as it is sent on, to behind its header.</param>
    /// <param name="openRest">What follows.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public byte[] Seal(
        Envelope envelope, string id, Func<MessageHeader> arrived, ReadOnlyMemory<byte> front, Func<Stream> openRest)
    {
        if (!envelope.IsFromStranger || serverId() is not { } ours || key() is not { } own)
            return [];
        var found = OwnResults.Of(new HeaderSection(arrived().Octets), ours);
        var sealing = new ArcSealing(own, ours, time) { Results = found.Text };
        var pass = new MessagePass(sealing);
        pass.Append(front.Span);
        if (pass.IsHeaderOver && !sealing.IsSealed)
            return Unsealed(id, sealing);
        using (Stream rest = openRest())
            PassRest(pass, rest);
        var fields = new ArrayBufferWriter<byte>();
        sealing.WriteFields(fields);
        return fields.WrittenCount == 0 ? Unsealed(id, sealing) : fields.WrittenSpan.ToArray();
    }

    private static void PassRest(MessagePass pass, Stream rest)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        int count;
        while ((count = rest.Read(piece)) > 0)
            pass.Append(piece.AsSpan(0, count));
        ArrayPool<byte>.Shared.Return(piece);
        pass.End();
    }

    private byte[] Unsealed(string id, ArcSealing sealing)
    {
        log.Write(LogLevel.Debug, "arc", $"{id}: not sealed: {sealing.Reason}");
        return [];
    }
}
