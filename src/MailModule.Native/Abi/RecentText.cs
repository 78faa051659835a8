using System.Runtime.InteropServices;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// A text of the host's that is often the same as the last time: then the same string is given again. Not for two
/// threads at once.
/// </summary>
internal sealed unsafe class RecentText
{
    private string _text = "";
    private byte[] _octets = [];

    /// <inheritdoc cref="Text.Read"/>
    public Fault Read(nint pointer, string name, out string text)
    {
        if (pointer != 0 && _text.Length > 0)
        {
            var octets = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)pointer);
            if (octets.SequenceEqual(_octets))
            {
                text = _text;
                return Fault.None;
            }
        }
        var fault = Text.Read(pointer, name, out text);
        if (fault == Fault.None)
            (_text, _octets) = (text, System.Text.Encoding.UTF8.GetBytes(text));
        return fault;
    }
}
