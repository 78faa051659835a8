using System.Text;
using MailModule.Lines;
using MailModule.Mailbox;
using MailModule.Primitives;

namespace MailModule.Tests.Pop3.Server;

/// <summary>A maildrop of texts.</summary>
internal sealed class MemoryMaildrop(params string[] texts) : IMaildrop
{
    public bool IsOpen { get; private set; } = true;
    public string Home => "";
    public int Count => texts.Length;
    public long TotalSize => Enumerable.Range(0, texts.Length).Sum(Size);

    public long Size(int index)
    {
        var length = new WireLength();
        length.Add(Encoding.Latin1.GetBytes(texts[index]));
        return length.Total;
    }

    public int UniqueId(int index, Span<byte> destination) => Encoding.ASCII.GetBytes($"id-{index + 1}", destination);

    public MessageTraits Traits(int index) => new(0, texts[index].Length, MessageFlags.None);

    public int IndexOf(ReadOnlySpan<byte> uniqueId)
        => Array.IndexOf(Enumerable.Range(1, texts.Length).Select(number => $"id-{number}").ToArray(),
            Encoding.ASCII.GetString(uniqueId));

    public Fault OpenMessage(int index, out Stream content)
    {
        content = new MemoryStream(Encoding.Latin1.GetBytes(texts[index]), writable: false);
        return Fault.None;
    }

    public Fault ReadMessage(int index, Span<byte> buffer, out int length)
    {
        byte[] text = Encoding.Latin1.GetBytes(texts[index]);
        length = Math.Min(text.Length, buffer.Length);
        text.AsSpan(0, length).CopyTo(buffer);
        return Fault.None;
    }

    public bool IsSizeKnown => true;

    public bool OwesNames => false;

    public void NoteSize(long wireLength)
    {
    }

    public void CorrectNames()
    {
    }

    public void EndReading()
    {
    }

    public Fault Delete(ReadOnlySpan<int> indexes, out int failed)
    {
        failed = 0;
        return Fault.None;
    }

    public void Dispose() => IsOpen = false;
}
