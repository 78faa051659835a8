using System.Buffers.Text;
using System.Text;
using MailModule.Spool;

namespace MailModule.Delivery.Reports;

/// <summary>Where the text of a DSN goes; lines end with LF. One thread.</summary>
internal abstract class DsnOutput
{
    public abstract void Write(ReadOnlySpan<byte> text);

    public void Write(string text)
    {
        Span<byte> octets = text.Length <= 512 ? stackalloc byte[1536] : new byte[text.Length * 3];
        Write(octets[..Encoding.UTF8.GetBytes(text, octets)]);
    }

    public void WriteLine(string text = "")
    {
        Write(text);
        Write("\n"u8);
    }
}

/// <summary>A message being written to the spool, in pieces; waits where the disk is behind. Workers only.</summary>
internal sealed class SpoolDsnOutput(ISpoolWriter writer) : DsnOutput, IDisposable
{
    private readonly byte[] _piece = new byte[16 * 1024];
    private readonly ManualResetEventSlim _room = new();
    private int _length;

    public override void Write(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            int count = Math.Min(text.Length, _piece.Length - _length);
            text[..count].CopyTo(_piece.AsSpan(_length));
            _length += count;
            text = text[count..];
            if (_length == _piece.Length)
                Flush();
        }
    }

    public void Flush()
    {
        if (!writer.Append(_piece.AsSpan(0, _length), _room.Set))
        {
            _room.Wait();
            _room.Reset();
        }
        _length = 0;
    }

    public void Dispose() => _room.Dispose();
}

/// <summary>Base64 of a text, its lines ended by CRLF as MIME wants it (RFC 2045 §6.8), in lines of 76.</summary>
internal sealed class EncodedDsnOutput(DsnOutput output) : DsnOutput
{
    private const int LineOctets = 57;

    private readonly byte[] _line = new byte[LineOctets];
    private int _length;

    public override void Write(ReadOnlySpan<byte> text)
    {
        foreach (byte octet in text)
        {
            if (octet == '\n')
                Add((byte)'\r');
            Add(octet);
        }
    }

    /// <summary>Writes what is left, as the last line.</summary>
    public void Finish()
    {
        if (_length == 0)
            return;
        Span<byte> encoded = stackalloc byte[77];
        Base64.EncodeToUtf8(_line.AsSpan(0, _length), encoded, out _, out int length);
        encoded[length] = (byte)'\n';
        output.Write(encoded[..(length + 1)]);
        _length = 0;
    }

    private void Add(byte octet)
    {
        _line[_length++] = octet;
        if (_length == LineOctets)
            Finish();
    }
}
