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
/// <param name="user">Whose the file will be; null: ours.</param>
internal sealed class DotForwardMessage(ISpoolEntry entry, string home, ScratchFiles scratch, FileOwner? user)
    : IExpressionFacts, IDisposable
{
    /// <summary>How much of a message expressions and commands see in their variables.</summary>
    public const int TextLimit = 1024 * 1024;

    private string? _text;
    private CommandFile? _file;
    private ChangedContent? _changed;
    private bool _isDetached;

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
        _ => StoredResults.Variable(name, Text),
    };

    public bool ContainsWord(string word) => Text.Contains(word, StringComparison.OrdinalIgnoreCase);

    public FileFacts? File(string path)
    {
        string name = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(path));
        if (name.Length == 0 || name.Contains('\0'))
            return null;
        // The message's own file may lie in a folder of ours, where the owner of the home sees nothing else.
        return (name == _file?.Path ? _file.TryLook(out FileStamp stamp)
                : HomeFolder.Look(FileCalls.Real, home, name, out stamp) >= 0)
            ? new FileFacts(stamp.IsDirectory ? 0 : stamp.Length, stamp.Modified / 1_000_000_000, stamp.Mode)
            : null;
    }

    /// <summary>
    /// The file that holds the message, made when it is first asked for; a command may change it. Throws
    /// <see cref="IOException"/> if it cannot be made.
    /// </summary>
    public string FileName() => (_file ??= CommandFile.Make(scratch, entry.Id, entry.Content, user)).Path;

    /// <summary>
    /// Reads what a command has made of the file. False: it is gone or empty; then the message stays as it was.
    /// </summary>
    public bool ReadChanges()
    {
        if (_file is null)
            return true;
        if (!_file.TryReadChange(out ChangedContent? changed))
            return false;
        if (changed is null)
            return true;
        _changed?.Dispose();
        _changed = changed;
        _text = null;
        return true;
    }

    /// <summary>The changed content, if a command changed it; it is the caller's then, with its file.</summary>
    public ChangedContent? DetachChanges()
    {
        ChangedContent? changed = _changed;
        _isDetached = true;
        return changed;
    }

    public void Dispose()
    {
        _file?.Dispose();
        if (!_isDetached)
            _changed?.Dispose();
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

    private static string AsLatin1(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
