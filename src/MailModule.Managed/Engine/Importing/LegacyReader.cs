using MailModule.Delivery.Outgoing;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Importing;

/// <summary>
/// Reads files of the old module's: once for what they are, once more for their text. One thread; blocks.
/// </summary>
/// <param name="isQueue">Files of the queue, not of mailboxes.</param>
internal sealed class LegacyReader(ImportSubject subject, bool isQueue, bool isUnstuffed)
{
    private const int PieceLength = 64 * 1024;

    private readonly byte[] _piece = new byte[PieceLength];

    /// <summary>Reads one file.</summary>
    /// <param name="wantsContent">Asked with the digest, when the file is known for what it is.</param>
    /// <param name="problem">What is wrong with the file, in words.</param>
    public Fault Read(
        HomeFolder folder, LegacyFile file, Func<string, bool> wantsContent, out LegacyMessage? message,
        out string problem)
    {
        message = null;
        problem = "";
        int descriptor = folder.OpenFile(file.Octets, linkedLength: -1, out FileStamp stamp);
        if (descriptor == -Errno.NotPermitted)
            problem = "it is no file, or another's, or has a name elsewhere too";
        if (descriptor < 0)
            return SystemFault.Of(descriptor);
        try
        {
            Fault fault = Look(descriptor, out Seen seen);
            if (fault != Fault.None)
                return fault;
            DateTimeOffset received = seen.First?.Received
                ?? LegacyFileName.TimeOf(file.Number, TimeOf(stamp));
            LegacyContent? content = null;
            if (wantsContent(seen.Digest))
                fault = Take(descriptor, seen, file, out content, out problem);
            if (fault == Fault.None)
                message = new LegacyMessage(seen.First, content, received, seen.Digest, seen.Octets);
            return fault;
        }
        finally
        {
            subject.Calls.Close(descriptor);
        }
    }

    // The digest is that of the digest so far and the next 64 KiB, from piece to piece.
    private Fault Look(int descriptor, out Seen seen)
    {
        seen = default;
        byte[] chain = new byte[Sha256.Size + PieceLength];
        var digest = chain.AsSpan(0, Sha256.Size);
        var line = new MemoryStream();
        var dots = new LegacyDots();
        bool isLineWhole = false;
        int count;
        while ((count = Fill(descriptor)) > 0)
        {
            ReadOnlySpan<byte> piece = _piece.AsSpan(0, count);
            if (!isLineWhole && line.Length < LegacyFirstLine.Longest)
            {
                int end = piece.IndexOf((byte)'\n');
                line.Write(end < 0 ? piece : piece[..(end + 1)]);
                isLineWhole = end >= 0;
            }
            dots.Add(piece);
            piece.CopyTo(chain.AsSpan(Sha256.Size));
            Sha256.Hash(chain.AsSpan(0, Sha256.Size + count), digest);
            seen.Octets += count;
            if (subject.Stopping.IsCancellationRequested)
                return Fault.Cancelled;
        }
        if (count < 0)
            return SystemFault.Of(count);
        seen.Digest = Convert.ToHexStringLower(digest);
        ReadOnlySpan<byte> text = line.GetBuffer().AsSpan(0, (int)line.Length);
        LegacyFirstLine? first = null;
        // What is cut would name only some of the recipients.
        bool isWhole = isLineWhole || text.Length == seen.Octets;
        if (isWhole && LegacyFirstLine.TryRead(text.TrimEnd("\r\n"u8), isQueue, out first))
            (seen.First, seen.Start) = (first, text.Length);
        else
            seen.HasReturnPath = ReturnPath.LengthIn(text) > 0;
        seen.IsStuffed = !isUnstuffed && first?.Writer != LegacyWriter.Own && !dots.HasSingle;
        // Only who doubles dots means the end of the data by one alone.
        seen.End = seen.IsStuffed && first is not null ? dots.LengthBeforeEnd : seen.Octets;
        return Fault.None;
    }

    private Fault Take(
        int descriptor, in Seen seen, LegacyFile file, out LegacyContent? content, out string problem)
    {
        content = null;
        problem = "";
        var text = new SubmissionContent(subject.ScratchFolder, subject.Disk);
        Fault fault = Copy(descriptor, seen, file, text);
        if (fault == Fault.None)
            fault = text.Finish();
        if (fault == Fault.None)
        {
            content = new LegacyContent(text);
            return fault;
        }
        problem = text.Problem;
        text.Dispose();
        return fault;
    }

    private Fault Copy(int descriptor, in Seen seen, LegacyFile file, SubmissionContent text)
    {
        Fault fault = Fault.None;
        var converted = new LegacyText(seen.IsStuffed, piece => fault = text.Write(piece.Span));
        WriteFront(seen, file, text);
        int result = subject.Calls.Rewind(descriptor);
        if (result < 0)
            return SystemFault.Of(result);
        long at = 0;
        int count;
        while (fault == Fault.None && (count = Fill(descriptor)) != 0)
        {
            if (count < 0)
                return SystemFault.Of(count);
            long from = Math.Clamp(seen.Start - at, 0, count), to = Math.Clamp(seen.End - at, from, count);
            converted.Add(_piece.AsSpan((int)from..(int)to));
            at += count;
            if (subject.Stopping.IsCancellationRequested)
                return Fault.Cancelled;
        }
        if (fault == Fault.None)
            converted.End();
        // Somebody writes to it: what was read is neither the one nor the other.
        return fault == Fault.None && at != seen.Octets ? Fault.State : fault;
    }

    private void WriteFront(in Seen seen, LegacyFile file, SubmissionContent text)
    {
        if (seen.First is null)
        {
            if (!seen.HasReturnPath)
                text.Write("Return-Path: <>\n"u8);
            return;
        }
        var front = new LegacyText(isStuffed: false, piece => text.Write(piece.Span));
        front.Add(LegacyTrace.Write(seen.First, subject.HostName(), file.Id));
    }

    // A whole piece, but the last: the digest counts on it.
    private int Fill(int descriptor)
    {
        int length = 0, count = 1;
        while (length < _piece.Length && (count = subject.Calls.Read(descriptor, _piece.AsSpan(length))) > 0)
            length += count;
        return count < 0 ? count : length;
    }

    private static DateTimeOffset TimeOf(in FileStamp stamp)
        => DateTimeOffset.UnixEpoch.AddTicks(stamp.Modified / 100);

    private struct Seen
    {
        public LegacyFirstLine? First;
        public string Digest;
        public long Octets;

        /// <summary>Where the message begins, and where it ends.</summary>
        public long Start, End;
        public bool IsStuffed;
        public bool HasReturnPath;
    }
}
