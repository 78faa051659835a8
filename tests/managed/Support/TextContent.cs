using System.Text;
using MailModule.Lines;
using MailModule.Mail;

namespace MailModule.Tests.Support;

/// <summary>A message at rest, from a text; in memory, or in a file that may be linked, or as a stream alone.</summary>
internal sealed class TextContent : MessageContent
{
    private readonly byte[] _octets;
    private readonly bool _asStream;

    public TextContent(string text, string? file = null, bool asStream = false)
    {
        _octets = Encoding.Latin1.GetBytes(text);
        _asStream = asStream;
        FilePath = file;
        if (file is not null)
            File.WriteAllBytes(file, _octets);
        var length = new WireLength();
        length.Add(_octets);
        WireLength = length.Total;
    }

    public override long Length => _octets.Length;
    public override long WireLength { get; }
    public override ReadOnlyMemory<byte> Memory => _asStream ? default : _octets;
    public override string? FilePath { get; }
    public override Stream OpenRead() => new MemoryStream(_octets, writable: false);
}
