using System.Text;

namespace MailModule.Primitives.Os.Windows;

/// <summary>Which names a file or folder may have on Windows. Pure, and the same on every system.</summary>
internal static class WindowsName
{
    private const int LengthLimit = 255;

    private static readonly string[] s_devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    private static readonly string[] s_numberedDevices = ["COM", "LPT"];

    /// <summary>Why no file may be called so; null if one may.</summary>
    public static string? Problem(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty)
            return "an empty name";
        if (name.Length > LengthLimit)
            return $"a name of more than {LengthLimit} characters";
        foreach (char c in name)
            if (c < ' ' || "<>:\"/\\|?*".Contains(c))
                return "a character that no name of a file may have on Windows";
        if (name[^1] is '.' or ' ')
            return "a name that ends with a dot or a blank, which Windows drops";
        return IsDevice(name) ? "a name that Windows keeps for a device, such as CON or NUL" : null;
    }

    /// <param name="name">In UTF-8.</param>
    public static bool IsUsable(ReadOnlySpan<byte> name)
    {
        Span<char> room = stackalloc char[LengthLimit];
        return Encoding.UTF8.TryGetChars(name, room, out int length) && Problem(room[..length]) is null;
    }

    // Whatever stands behind a dot, and blanks before it, make no difference.
    private static bool IsDevice(ReadOnlySpan<char> name)
    {
        int dot = name.IndexOf('.');
        ReadOnlySpan<char> stem = (dot < 0 ? name : name[..dot]).TrimEnd(' ');
        foreach (string device in s_devices)
            if (stem.Equals(device, StringComparison.OrdinalIgnoreCase))
                return true;
        // The superior digits are digits there, too.
        if (stem.Length != 4 || !(char.IsAsciiDigit(stem[3]) || stem[3] is '\u00B9' or '\u00B2' or '\u00B3'))
            return false;
        foreach (string device in s_numberedDevices)
            if (stem[..3].Equals(device, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }
}
