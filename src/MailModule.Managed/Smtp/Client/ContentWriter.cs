using MailModule.Lines;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>The content of one message after another on its way out: line ends, dots, the final dot.</summary>
internal sealed class ContentWriter
{
    private const int RoomLimit = 64 * 1024;

    private DotWriter _dots;

    public void Begin() => _dots = default;

    public void Write(ReadOnlySpan<byte> piece, Output output)
    {
        while (!piece.IsEmpty)
        {
            Span<byte> room = output.GetSpan(Math.Min(2 * piece.Length, RoomLimit));
            _dots.Write(piece, room, out int consumed, out int written);
            output.Advance(written);
            piece = piece[consumed..];
        }
    }

    /// <summary>The end of the content, and with it of the message.</summary>
    public void Finish(Output output) => output.Advance(_dots.Finish(output.GetSpan(DotWriter.FinishRoom)));
}
