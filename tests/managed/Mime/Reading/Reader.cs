using System.Runtime.InteropServices;
using System.Text;
using MailModule.Mime.Reading;
using MailModule.Primitives;

namespace MailModule.Tests.Mime.Reading;

/// <summary>A message of a test, opened.</summary>
internal static class Reader
{
    public static ParsedMessage Open(string message)
        => Open(Encoding.UTF8.GetBytes(message.ReplaceLineEndings("\r\n")));

    public static ParsedMessage Open(byte[] message, MessageLimits? limits = null, bool isCut = false)
    {
        Fault fault = TryOpen(message, limits ?? MessageLimits.Default, isCut, out ParsedMessage? parsed);
        Assert.Equal(Fault.None, fault);
        return parsed!;
    }

    public static unsafe Fault TryOpen(
        byte[] message, MessageLimits limits, bool isCut, out ParsedMessage? parsed)
    {
        fixed (byte* octets = message)
            return ParsedMessage.Open(
                new MemorySource((nint)octets, (nuint)message.Length, copies: true), limits, isCut, out parsed);
    }

    public static IReadOnlyList<PartView> PartsOf(ParsedMessage message)
    {
        Assert.Equal(Fault.None, message.CountParts(out int count));
        var parts = new List<PartView>();
        for (int part = 0; part < count; part++)
        {
            Assert.Equal(Fault.None, message.FindPart(part, out PartView? view));
            parts.Add(view!);
        }
        return parts;
    }

    public static byte[] Content(ParsedMessage message, int part, ContentForm form = ContentForm.Decoded)
    {
        Assert.Equal(Fault.None, message.OpenContent(part, form, out Stream? content));
        var octets = new MemoryStream();
        content!.CopyTo(octets);
        return octets.ToArray();
    }

    public static string Text(ParsedMessage message, int part)
        => Encoding.UTF8.GetString(Content(message, part, ContentForm.Text));

    /// <summary>Parts by their types, each with those in it.</summary>
    public static string Tree(ParsedMessage message)
    {
        IReadOnlyList<PartView> parts = PartsOf(message);
        return Tree(parts, 0);
    }

    private static string Tree(IReadOnlyList<PartView> parts, int part)
    {
        var children = new List<string>();
        for (int child = parts[part].FirstChild; child >= 0; child = parts[child].Next)
        {
            Assert.Equal(part, parts[child].Parent);
            children.Add(Tree(parts, child));
        }
        Assert.Equal(parts[part].Children, children.Count);
        return parts[part].Facts.Type + (children.Count > 0 ? $"({string.Join(' ', children)})" : "");
    }
}
