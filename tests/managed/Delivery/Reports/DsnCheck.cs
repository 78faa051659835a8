using System.Text;
using System.Text.RegularExpressions;

namespace MailModule.Tests.Delivery.Reports;

/// <summary>
/// Takes a DSN at rest apart and finds everything that a strict reader would: RFC 5322, 2045, 2046, 3464, 6522,
/// 6533.
/// </summary>
internal static partial class DsnCheck
{
    public static readonly string[] MessageFields = ["Original-Envelope-Id", "Reporting-MTA", "Arrival-Date"];
    public static readonly string[] RecipientFields =
        ["Original-Recipient", "Final-Recipient", "Action", "Status", "Remote-MTA", "Diagnostic-Code",
            "Last-Attempt-Date", "Will-Retry-Until"];

    internal sealed record Part(IReadOnlyList<(string Name, string Value)> Header, string Body)
    {
        public string Type => Field("Content-Type");
        public string Encoding
            => Header.Any(part => part.Name == "Content-Transfer-Encoding")
                ? Field("Content-Transfer-Encoding")
                : "7bit";
        public string Field(string name) => Assert.Single(Header, field => field.Name == name).Value;

        /// <summary>The octets, as Latin-1, decoded.</summary>
        public string Decoded
            => Encoding == "base64" ? System.Text.Encoding.Latin1.GetString(Convert.FromBase64String(Body)) : Body;
    }

    internal sealed record Parsed(
        IReadOnlyList<(string Name, string Value)> Header, Part Human, Part Status, Part Returned)
    {
        public IReadOnlyList<(string Name, string Value)> Message => Groups[0];
        public IReadOnlyList<IReadOnlyList<(string Name, string Value)>> Recipients => [.. Groups.Skip(1)];
        private IReadOnlyList<(string Name, string Value)>[] Groups
            => [.. Status.Body.Split("\n\n").Select(group => Fields(group))];
    }

    /// <param name="message">Octets as Latin-1.</param>
    public static Parsed Strictly(DsnSpool.Message message)
    {
        string octets = message.Octets;
        Assert.DoesNotContain('\r', octets);
        Assert.DoesNotContain('\0', octets);
        Assert.All(octets.Split('\n'), line => Assert.InRange(line.Length, 0, 998));
        Assert.EndsWith("--\n", octets, StringComparison.Ordinal);
        Assert.Equal(message.Envelope.EightBit, octets.Any(c => c > '\x7f'));
        Assert.StartsWith("Return-Path: <>\nReceived: by ", octets, StringComparison.Ordinal);
        (IReadOnlyList<(string, string)> header, string body) = Cut(octets);
        var whole = new Part(header, body);
        foreach (string name in new[]
            { "Return-Path", "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type" })
            whole.Field(name);
        Assert.Equal("auto-replied", whole.Field("Auto-Submitted"));
        Match type = ReportType().Match(whole.Type);
        Assert.True(type.Success, whole.Type);
        string boundary = type.Groups["boundary"].Value;
        string[] pieces = $"\n{body}".Split($"\n--{boundary}");
        Assert.Equal((5, "--\n"), (pieces.Length, pieces[4]));
        Assert.Equal(6, octets.Split(boundary).Length);
        Part[] parts = [.. pieces[1..4].Select(piece => new Part(Cut(piece[1..]).Header, Cut(piece[1..]).Body))];
        Assert.Equal($"message/{type.Groups["type"].Value}", parts[1].Type);
        var parsed = new Parsed(header, parts[0], parts[1], parts[2]);
        foreach (Part part in parts)
            CheckPart(part);
        CheckStatus(parsed);
        if (!message.Envelope.Utf8)
            Assert.True(Ascii.IsValid(octets.AsSpan(0, octets.IndexOf("\n\n", StringComparison.Ordinal))));
        return parsed;
    }

    private static void CheckPart(Part part)
    {
        Assert.Contains(part.Encoding, new[] { "7bit", "8bit", "base64" });
        if (part.Encoding != "8bit")
            Assert.True(Ascii.IsValid(part.Body));
        // RFC 2046 §5.2.1, RFC 3464 §2.1: these are never encoded
        if (part.Type is "message/rfc822" or "message/delivery-status")
            Assert.NotEqual("base64", part.Encoding);
        if (part.Encoding == "base64")
            Assert.All(part.Body.Split('\n'), line => Assert.InRange(line.Length, 0, 76));
    }

    private static void CheckStatus(Parsed parsed)
    {
        Assert.NotEmpty(parsed.Recipients);
        CheckOrder(parsed.Message, MessageFields);
        Assert.Contains(parsed.Message, field => field.Name == "Reporting-MTA");
        foreach (IReadOnlyList<(string Name, string Value)> recipient in parsed.Recipients)
        {
            CheckOrder(recipient, RecipientFields);
            foreach (string name in new[] { "Final-Recipient", "Action", "Status" })
                Assert.Contains(recipient, field => field.Name == name);
            Assert.Matches("^[245][.](0|[1-9][0-9]{0,2})[.](0|[1-9][0-9]{0,2})$",
                recipient.First(field => field.Name == "Status").Value);
        }
    }

    private static void CheckOrder(IReadOnlyList<(string Name, string Value)> fields, string[] order)
    {
        int[] places = [.. fields.Select(field => Array.IndexOf(order, field.Name))];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Distinct().Order(), places);
        foreach ((string name, string value) in fields)
        {
            Assert.NotEqual("", value);
            if (name.EndsWith("-Date", StringComparison.Ordinal) || name == "Will-Retry-Until")
                Assert.Matches("^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} [+-][0-9]{4}$", value);
        }
    }

    private static (IReadOnlyList<(string Name, string Value)> Header, string Body) Cut(string text)
    {
        int end = text.IndexOf("\n\n", StringComparison.Ordinal);
        return (Fields(text[..end]), text[(end + 2)..]);
    }

    /// <summary>Fields, unfolded.</summary>
    private static List<(string Name, string Value)> Fields(string text)
    {
        var fields = new List<(string Name, string Value)>();
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            Assert.False(string.IsNullOrWhiteSpace(line), "a blank line in a header");
            if (line[0] is ' ' or '\t')
                fields[^1] = (fields[^1].Name, fields[^1].Value + line);
            else
            {
                Match field = Field().Match(line);
                Assert.True(field.Success, line);
                fields.Add((field.Groups[1].Value, field.Groups[2].Value));
            }
        }
        return fields;
    }

    [GeneratedRegex("^([A-Za-z][A-Za-z-]*): (.*)$")]
    private static partial Regex Field();

    [GeneratedRegex(
        "^multipart/report; "
            + "report-type=(?<type>(global-)?delivery-status);\\tboundary=\"(?<boundary>=_[0-9A-F]{32})\"$")]
    private static partial Regex ReportType();
}
