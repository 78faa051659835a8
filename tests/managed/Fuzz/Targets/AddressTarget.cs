using System.Text;
using System.Text.RegularExpressions;
using MailModule.Mail;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Addresses and paths: what was taken, written and read again, is the same, safe on any line, and goes to others as
/// the grammar has it.
/// </summary>
internal static class AddressTarget
{
    // RFC 5321 §4.1.2, RFC 6531 §3.3
    private static readonly Regex s_localPart = new(
        @"^([^\x00-\x20""(),:;<>@\[\\\].\x7f]+(\.[^\x00-\x20""(),:;<>@\[\\\].\x7f]+)*|""([^""\\]|\\.)*"")$");

    public static void Check(byte[] input)
    {
        foreach (bool utf8 in (bool[])[false, true])
        {
            if (MailAddress.TryParse(input, utf8, out MailAddress address))
                CheckAddress(address, utf8);
            CheckPath(input, utf8);
            CheckBarePath(input, utf8);
        }
        string text = Encoding.UTF8.GetString(input);
        if (MailAddress.TryParse(text, out MailAddress fromText))
            CheckAddress(fromText, utf8: true);
    }

    private static void CheckPath(byte[] input, bool utf8)
    {
        ReadOnlySpan<byte> rest = input;
        if (!MailPath.TryParse(ref rest, utf8, out MailAddress path))
        {
            Assert.Equal(input.Length, rest.Length);
            return;
        }
        Assert.True(input[0] == '<' && input[input.Length - rest.Length - 1] == '>', "a path without its brackets");
        ReadOnlySpan<byte> again = Encoding.UTF8.GetBytes($"<{path.Text}>");
        Assert.True(MailPath.TryParse(ref again, utf8, out MailAddress second) && again.IsEmpty);
        Assert.Equal((path.Text, path.LocalPart, path.Domain), (second.Text, second.LocalPart, second.Domain));
        if (!path.IsNull)
            CheckAddress(path, utf8);
    }

    private static void CheckBarePath(byte[] input, bool utf8)
    {
        ReadOnlySpan<byte> rest = input;
        if (!MailPath.TryParseBare(ref rest, utf8, out MailAddress path))
        {
            Assert.Equal(input.Length, rest.Length);
            return;
        }
        Assert.True(rest.IsEmpty || rest[0] == ' ', "something behind an address without a blank between");
        ReadOnlySpan<byte> again = [(byte)'<', .. input[..(input.Length - rest.Length)], (byte)'>'];
        Assert.True(MailPath.TryParse(ref again, utf8, out MailAddress second) && again.IsEmpty);
        Assert.Equal(path.Text, second.Text);
        Assert.False(path.IsNull);
        CheckAddress(path, utf8);
    }

    private static void CheckAddress(MailAddress address, bool utf8)
    {
        Assert.False(address.Text.Any(char.IsControl) || address.LocalPart.Any(char.IsControl), "a control character");
        Assert.True(utf8 || !address.NeedsUtf8);
        byte[] wire = Encoding.UTF8.GetBytes(address.Text);
        Assert.True(wire.Length <= 512 + 1 + 255, "longer than an address may be");
        string local = address.Domain.Length == 0 ? address.WireText : address.WireText[..^(address.Domain.Length + 1)];
        Assert.True(s_localPart.IsMatch(local), $"others get {address.WireText}");
        Assert.True(MailAddress.TryParse(address.WireText, out MailAddress quoted));
        Assert.Equal((address, address.WireText), (quoted, quoted.WireText));
        Assert.True(MailAddress.TryParse(wire, utf8, out MailAddress again), "not taken a second time");
        Assert.Equal((address.Text, address.LocalPart, address.Domain), (again.Text, again.LocalPart, again.Domain));
        Assert.Equal(address, again);
        Assert.Equal(address.GetHashCode(), again.GetHashCode());
        bool isPlain = address.Domain.Length == 0 || address.Domain[0] == '['
            || !address.Domain.AsSpan().ContainsAny("@<>()[]:;,\\\" ");
        Assert.True(isPlain, "a domain with what no domain has");
    }
}
