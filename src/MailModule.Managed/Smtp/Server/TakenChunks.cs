using MailModule.Lines;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>
/// For who takes a session's content itself (<see cref="SmtpSession.BeginContent"/>): what stands between chunks (RFC
/// 3030 §2), while <see cref="SmtpSession.IsBetweenChunks"/>.
/// </summary>
internal static class TakenChunks
{
    /// <summary>The reply to the chunk before, to be sent at once; empty if it was given.</summary>
    public static ReadOnlySpan<byte> End(SmtpSession session)
    {
        if (!session.Transaction.OwesChunkReply)
            return default;
        session.Transaction.EndChunk(hasFailed: false);
        session.Peer.Expect(Expected.Command);
        return Replies.ChunkTaken250.Wire;
    }

    /// <summary>
    /// Takes the command for the next chunk from the front of the input. Null: it is not whole yet. False: it is
    /// another command, which is left for the session.
    /// </summary>
    public static bool? TryBeginNext(SmtpSession session, scoped ref ReadOnlySpan<byte> input)
    {
        var lines = new LineReader(StateTable.LineLimit);
        ReadOnlySpan<byte> rest = input;
        LineResult result = lines.Read(ref rest, out ReadOnlySpan<byte> line);
        if (result == LineResult.Incomplete)
            return null;
        var command = CommandLine.Parse(line);
        bool isChunk = session.Options.Verbs.Of(command.Verb).Question == Question.FirstChunk;
        if (result != LineResult.Line || !isChunk || !Chunk.TryParse(command.Argument, out Chunk chunk, out bool isGood)
            || !isGood)
            return false;
        input = rest;
        session.Transaction.BeginChunk(chunk);
        session.Peer.Expect(Expected.Content);
        return true;
    }
}
