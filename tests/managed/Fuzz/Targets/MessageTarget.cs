using MailModule.Mime.Reading;
using MailModule.Primitives;
using MailModule.Tests.Mime.Reading;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Messages of others: whatever the octets are there is a reading, parts lie inside each other and inside the message,
/// each header and content can be read in every form, and what is read once is read alike again.
/// </summary>
internal static class MessageTarget
{
    private static readonly MessageLimits s_limits = new(Header: 2000, Parts: 20, Depth: 5, Parameters: 10);

    public static void Check(byte[] input)
    {
        Check(input, MessageLimits.Default);
        Check(input, s_limits);
    }

    private static void Check(byte[] input, MessageLimits limits)
    {
        using ParsedMessage message = Reader.Open(input, limits, isCut: true);
        IReadOnlyList<PartView> parts = Reader.PartsOf(message);
        Assert.InRange(parts.Count, 1, limits.Parts);
        Assert.Equal(input.Length, Reader.Content(message, 0, ContentForm.Raw).Length + parts[0].Offset);
        Reader.Tree(message);
        for (int part = 0; part < parts.Count; part++)
        {
            CheckPlace(parts, part, limits);
            CheckHeader(message, part);
            foreach (ContentForm form in Enum.GetValues<ContentForm>())
                Assert.Equal(Reader.Content(message, part, form), Reader.Content(message, part, form));
        }
        CheckStrict(input, limits, message.Passed);
    }

    private static void CheckPlace(IReadOnlyList<PartView> parts, int part, MessageLimits limits)
    {
        PartView found = parts[part];
        Assert.InRange(found.Depth, 0, limits.Depth);
        Assert.True(found.Length >= 0, "a content that ends before it begins");
        Assert.DoesNotContain(found.SafeName, c => char.IsControl(c) || c is '/' or '\\' or ':');
        if (part == 0)
            return;
        PartView parent = parts[found.Parent];
        Assert.InRange(found.Offset, parent.Offset, parent.Offset + parent.Length);
        Assert.InRange(found.Offset + found.Length, parent.Offset, parent.Offset + parent.Length);
    }

    private static void CheckHeader(ParsedMessage message, int part)
    {
        Assert.Equal(Fault.None, message.FindHeader(part, out MessageHeader header));
        for (int field = 0; field < header.Count; field++)
        {
            string value = header.Value(field);
            Assert.DoesNotContain(value, c => c is '\r' or '\n');
            Assert.DoesNotContain(ParsedMessage.TextOf(value), c => c is '\r' or '\n');
            ParsedMessage.TimeOf(value);
            Assert.True(message.Addresses(header, field).Count <= value.Length);
            Assert.Equal(Fault.None, message.FindParameters(header, field, out _));
        }
    }

    /// <summary>Without leave to cut, a message is read as a whole or not.</summary>
    private static void CheckStrict(byte[] input, MessageLimits limits, PassedLimits passed)
    {
        Fault fault = Reader.TryOpen(input, limits, isCut: false, out ParsedMessage? message);
        using (message)
        {
            if (fault == Fault.None)
                fault = message!.CountParts(out _);
            bool isOver = (passed & (PassedLimits.Header | PassedLimits.Parts | PassedLimits.Depth)) != 0;
            Assert.True(!isOver || fault == Fault.Limit, "a limit that nobody tells of");
        }
    }
}
