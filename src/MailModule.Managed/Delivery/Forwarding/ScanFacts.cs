using System.Globalization;
using System.Text;
using MailModule.Policy.Expressions;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Forwarding;

/// <summary>A message in a file of ours, as a <see cref="ScanScript"/> sees it. One thread; reads files.</summary>
internal sealed class ScanFacts(string path, long length) : IExpressionFacts
{
    private string? _text;

    public int ErrorLevel { get; set; }

    private string Text => _text ??= Read();

    public string Variable(string name) => name switch
    {
        "size_kb" => (length / 1024).ToString(CultureInfo.InvariantCulture),
        "text" => Text,
        "body" => Text.IndexOf("\n\n", StringComparison.Ordinal) is >= 0 and var end ? Text[(end + 2)..] : "",
        "msgfile" => Octets(path),
        "errorlevel" => ErrorLevel.ToString(CultureInfo.InvariantCulture),
        _ => "",
    };

    public bool ContainsWord(string word) => Text.Contains(word, StringComparison.OrdinalIgnoreCase);

    public FileFacts? File(string path)
    {
        byte[] name = [.. Encoding.Latin1.GetBytes(path), 0];
        return path.Length == 0 || path.Contains('\0', StringComparison.Ordinal)
            || FileCalls.Real.Stat(name, out FileStamp stamp) < 0
                ? null
                : new FileFacts(stamp.IsDirectory ? 0 : stamp.Length, stamp.Modified / 1_000_000_000, stamp.Mode);
    }

    /// <summary>A text's octets as characters.</summary>
    public static string Octets(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    // Its beginning alone, octets as characters; lines end with LF.
    private string Read()
    {
        byte[] octets = new byte[(int)Math.Min(length, DotForwardMessage.TextLimit)];
        int count = 0;
        if (Disk.Real.Open(path, DiskOpen.Existing, out IDiskFile file) == Fault.None)
            using (file)
                file.Read(octets, 0, out count);
        return Encoding.Latin1.GetString(octets, 0, count).Replace("\r\n", "\n", StringComparison.Ordinal);
    }
}
