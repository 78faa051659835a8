using MailModule.Transport;

namespace MailModule.Pop3.Server;

// The TRANSACTION state (RFC 1939 §5) without the messages' texts, and the UPDATE state (§6).
public sealed partial class Pop3Session
{
    // Far below the bound of the output, so that one step never goes far beyond it.
    private const int ListingsPerStep = 500;

    private readonly List<int> _deleted = [];
    private ulong[] _deletedBits = [];
    private long _octetsLeft;
    private int _listed;
    private bool _listingIds;

    private void CountUndeleted()
    {
        _octetsLeft = Maildrop!.TotalSize;
        _deleted.Clear();
        _deletedBits = [];
    }

    private void ReleaseMaildrop()
    {
        ReadAhead?.Clear();
        Maildrop?.Dispose();
        Maildrop = null;
    }

    private bool IsDeleted(int index) => index >> 6 < _deletedBits.Length && (_deletedBits[index >> 6] >> (index & 63) & 1) != 0;

    /// <summary>A number as the client gives it, from 1 on; a deleted message is as good as none (RFC 1939 §5).</summary>
    private bool Exists(int number) => number > 0 && number <= Maildrop!.Count && !IsDeleted(number - 1);

    private Next Stat(Output output)
    {
        Pop3Replies.Pair(output, Maildrop!.Count - _deleted.Count, _octetsLeft);
        return Continue;
    }

    private Next List(int number, bool uniqueIds, Output output)
    {
        if (number == 0)
            return BeginListing(uniqueIds, output);
        if (!Exists(number))
            return WriteReply(output, Pop3Replies.NoSuchMessage);
        output.Write("+OK "u8);
        ListOne(number - 1, uniqueIds, output);
        return Continue;
    }

    private Next BeginListing(bool uniqueIds, Output output)
    {
        output.Write(Pop3Replies.ListFollows);
        (_listed, _listingIds, _activity) = (0, uniqueIds, Activity.Listing);
        return Continue;
    }

    private Next ListSome(Output output)
    {
        int end = Math.Min(_listed + ListingsPerStep, Maildrop!.Count);
        for (; _listed < end; _listed++)
            if (!IsDeleted(_listed))
                ListOne(_listed, _listingIds, output);
        if (end < Maildrop.Count)
            return Continue;
        output.Write(Pop3Replies.EndOfList);
        return BackToCommands();
    }

    private void ListOne(int index, bool uniqueId, Output output)
    {
        if (!uniqueId)
        {
            Pop3Replies.ListLine(output, index + 1, Maildrop!.Size(index));
            return;
        }
        Span<byte> id = stackalloc byte[70];
        int length = Maildrop!.UniqueId(index, id);
        Pop3Replies.UidlLine(output, index + 1, id[..length]);
    }

    private Next Delete(int number, Output output)
    {
        if (!Exists(number))
            return WriteReply(output, Pop3Replies.NoSuchMessage);
        int index = number - 1;
        if (_deletedBits.Length == 0)
            _deletedBits = new ulong[(Maildrop!.Count + 63) / 64];
        _deletedBits[index >> 6] |= 1UL << (index & 63);
        _deleted.Add(index);
        _octetsLeft -= Maildrop!.Size(index);
        return WriteReply(output, Pop3Replies.Deleted);
    }

    private Next Reset(Output output)
    {
        CountUndeleted();
        return WriteReply(output, Pop3Replies.Ok);
    }

    // RFC 1939 §6: only QUIT in the TRANSACTION state deletes.
    private Next Quit(Output output)
    {
        _activity = Activity.Quitting;
        if (_deleted.Count == 0)
            return OnQuitVerdict(Pop3Verdict.Accept, output);
        Pop3Verdict verdict = _backend.Quit(this);
        return verdict.Kind == Pop3VerdictKind.Pending ? Next.Wait : OnQuitVerdict(verdict, output);
    }

    // The lock is given back before the answer, so that the client may log in again as soon as it has read it.
    private Next OnQuitVerdict(Pop3Verdict verdict, Output output)
    {
        ReleaseMaildrop();
        if (verdict.Kind != Pop3VerdictKind.Accept)
            Pop3Replies.Negative(output, verdict.Text ?? Pop3Replies.NotAllDeleted);
        else if (verdict.Text is { } text)
            Pop3Replies.Positive(output, text);
        else
            output.Write(Pop3Replies.Goodbye);
        return Next.Close;
    }
}
