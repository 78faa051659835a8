using System.Globalization;
using System.Text;
using MailModule.Mail;
using MailModule.Policy.Expressions;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// A message as a forward file sees it: its content, its file, the last command's exit code. One thread; reads files.
/// </summary>
/// <param name="scratch">Where its file is made, if it is asked for.</param>
internal sealed class DotForwardMessage(ISpoolEntry entry, string home, ScratchFiles scratch)
    : IExpressionFacts, IDisposable
{
    /// <summary>How much of a message expressions and commands see in their variables.</summary>
    public const int TextLimit = 1024 * 1024;

    /// <summary>How long a command may make a message that was not half as long before.</summary>
    private const long ChangedLimit = 256 << 20;

    private string? _text;
    private string? _file;
    private FileStamp _made, _stamp;
    private ChangedContent? _changed;

    public int ErrorLevel { get; set; }

    /// <summary>The message as the commands have left it.</summary>
    public MessageContent Content => (MessageContent?)_changed ?? entry.Content;

    public string Variable(string name) => name switch
    {
        "size_kb" => (Content.Length / 1024).ToString(CultureInfo.InvariantCulture),
        "text" => Text,
        "body" => Body,
        "msgfile" => AsLatin1(FileName()),
        "errorlevel" => ErrorLevel.ToString(CultureInfo.InvariantCulture),
        _ => "",
    };

    public bool ContainsWord(string word) => Text.Contains(word, StringComparison.OrdinalIgnoreCase);

    public FileFacts? File(string path)
    {
        string name = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(path));
        if (name.Length == 0 || name.Contains('\0'))
            return null;
        // The message's own file is ours to look at.
        return (name == _file ? TryStat(name, out FileStamp stamp)
                : HomeFolder.Look(FileCalls.Linux, home, name, out stamp) >= 0)
            ? new FileFacts(stamp.IsDirectory ? 0 : stamp.Length, stamp.Modified / 1_000_000_000, stamp.Mode)
            : null;
    }

    /// <summary>
    /// The file that holds the message, made when it is first asked for; a command may change it. Throws
    /// <see cref="IOException"/> if it cannot be made.
    /// </summary>
    public string FileName()
    {
        if (_file is not null)
            return _file;
        Fault fault = scratch.Create(entry.Id, entry.Content, out string path);
        if (fault != Fault.None)
            throw new IOException($"{path} cannot be made: {fault}");
        TryStat(path, out _made);
        _stamp = _made;
        return _file = path;
    }

    /// <summary>
    /// Reads what a command has made of the file. False: it is gone or empty; then the message stays as it was.
    /// </summary>
    public bool ReadChanges()
    {
        if (_file is null || (TryStat(_file, out FileStamp stamp) && stamp == _stamp))
            return true;
        _stamp = stamp;
        if (ChangedContent.TryOpen(_file, IsMessageFile) is not { } changed)
            return false;
        _changed = changed;
        _text = null;
        return true;
    }

    // A command may have put another file in the place of ours; not one of somebody else's.
    private bool IsMessageFile(FileStamp stamp)
        => stamp.Length <= Math.Max(ChangedLimit, 2 * entry.Content.Length)
            && ((stamp.Device, stamp.Inode) == (_made.Device, _made.Inode)
                || HomeFolder.TryGetOwner(home, out FileOwner owner) && stamp.Owner.User == owner.User);

    /// <summary>The changed content, if a command changed it; it is the caller's then, with its file.</summary>
    public ChangedContent? DetachChanges()
    {
        ChangedContent? changed = _changed;
        if (changed is not null)
            _file = null;
        return changed;
    }

    public void Dispose()
    {
        if (_file is not null)
            scratch.Remove(_file);
    }

    private string Text => _text ??= Read();

    private string Body
    {
        get
        {
            if (Text.StartsWith('\n'))
                return Text[1..];
            int end = Text.IndexOf("\n\n", StringComparison.Ordinal);
            return end < 0 ? "" : Text[(end + 2)..];
        }
    }

    // Octets as characters: patterns and words in the forward file are octets too, so that no encoding has to be
    // guessed.
    private string Read()
    {
        using Stream content = Content.OpenRead();
        byte[] octets = new byte[(int)Math.Min(Content.Length, TextLimit)];
        int length = content.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
        return Encoding.Latin1.GetString(octets, 0, length);
    }

    private static bool TryStat(string path, out FileStamp stamp)
        => FileCalls.Linux.Stat([.. Encoding.UTF8.GetBytes(path), 0], out stamp) >= 0;

    private static string AsLatin1(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
