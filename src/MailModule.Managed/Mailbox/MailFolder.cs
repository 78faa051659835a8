using MailModule.Primitives.Os;

namespace MailModule.Mailbox;

/// <summary>
/// An open mailbox: a Maildir, or a folder in it, with its tmp, new and cur as they are asked for. Shared by those that
/// use it at the moment; the last closes it. Any thread.
/// </summary>
internal sealed class MailFolder(HomeFolder root, string home, string name, PassedOver passedOver) : IDisposable
{
    private HomeFolder? _tmp, _new, _cur;
    private int _users = 1;

    public HomeFolder Root => root;

    /// <summary>For the log alone.</summary>
    public string Path => System.IO.Path.Join(home, "Maildir", name);

    public int OpenTmp(out HomeFolder folder) => Open(ref _tmp, "tmp"u8, out folder);

    public int OpenNew(out HomeFolder folder) => Open(ref _new, "new"u8, out folder);

    public int OpenCur(out HomeFolder folder) => Open(ref _cur, "cur"u8, out folder);

    /// <summary>One more disposes of it; for whoever has it.</summary>
    public MailFolder Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        _tmp?.Dispose();
        _new?.Dispose();
        _cur?.Dispose();
        root.Dispose();
    }

    private int Open(ref HomeFolder? place, ReadOnlySpan<byte> part, out HomeFolder folder)
    {
        folder = Volatile.Read(ref place)!;
        if (folder is not null)
            return 0;
        int result = root.OpenFolder(part, out HomeFolder? opened);
        if (result < 0)
        {
            passedOver.Note(this, part, result);
            return result;
        }
        folder = Interlocked.CompareExchange(ref place, opened, null) ?? opened!;
        if (folder != opened)
            opened!.Dispose();
        return 0;
    }
}
