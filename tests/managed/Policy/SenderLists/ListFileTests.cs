using System.Net;
using System.Text;
using MailModule.Mail;
using MailModule.Policy.DnsLists;
using MailModule.Policy.SenderLists;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;

namespace MailModule.Tests.Policy.SenderLists;

public sealed class ListFileTests
{
    [Fact]
    public void A_list_has_comments_texts_expressions_and_zones()
    {
        ListFile list = Parse("\uFEFF# no rule\n\n spam@x \r\n? $hello ~ dialup\n??bl.example, b.example=127.0.0.2\n");
        Assert.Empty(list.Errors);
        Assert.Equal([3, 4, 5], list.Rules.Select(rule => rule.Line));
        Assert.Equal("spam@x", Assert.IsType<TextRule>(list.Rules[0]).Text);
        Assert.IsType<ExpressionRule>(list.Rules[1]);
        Assert.Equal(2, Assert.IsType<ZonesRule>(list.Rules[2]).Zones.Count);
        Assert.False(list.ChecksHello);
        Assert.True(Parse("? !$checkhello").ChecksHello);
    }

    [Theory]
    [InlineData("? $nothing", "$nothing")]
    [InlineData("? (", "missing")]
    [InlineData("??", "a zone is missing")]
    [InlineData("?? a..b", "zone")]
    [InlineData("?", "missing")]
    public void A_broken_line_is_told_and_the_others_count(string line, string told)
    {
        ListFile list = Parse($"first\n{line}\nlast\n");
        Assert.Equal([1, 3], list.Rules.Select(rule => rule.Line));
        (int number, string text) = Assert.Single(list.Errors);
        Assert.Equal(2, number);
        Assert.Contains(told, text, StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_an_end_to_lines_rules_and_what_is_told()
    {
        Assert.Single(Parse(new string('x', 3000)).Errors);
        ListFile list = Parse(string.Concat(Enumerable.Repeat("x\n", 30_000)));
        Assert.Equal((20_000, 20), (list.Rules.Count, list.Errors.Count));
    }

    [Fact]
    public void Garbage_is_read_line_by_line()
    {
        var random = new Random(11);
        for (int i = 0; i < 300; i++)
        {
            byte[] octets = new byte[random.Next(400)];
            random.NextBytes(octets);
            for (int j = 0; j < octets.Length; j += 7)
                octets[j] = (byte)"?\n#$~("[random.Next(6)];
            ListFile list = ListFile.Parse(octets);
            Assert.True(list.Rules.Count + list.Errors.Count <= octets.Length);
        }
    }

    [Theory]
    [InlineData("[198.51.100.", 1)]
    [InlineData("EVE@example.net", 1)]
    [InlineData("for bob@", 1)]
    [InlineData("(client.example [", 1)]
    [InlineData("alice", 0)]
    [InlineData("# x\n\n? $sender = eve@example.net", 3)]
    [InlineData("? $control =~ /^From eve@.* For bob@example.org $/", 1)]
    [InlineData("? $hello ~ client && $checkhello = 0", 1)]
    [InlineData("?? none.example\n?? bad.example", 2)]
    [InlineData("first\n?? none.example bad.example", 2)]
    public async Task The_first_rule_that_is_met_decides(string text, int line)
    {
        var envelope = new Envelope
        {
            Helo = "client.example",
            Client = new IPEndPoint(IPAddress.Parse("198.51.100.7"), 4321),
            Received = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        };
        MailAddress.TryParse("eve@example.net", out MailAddress sender);
        MailAddress.TryParse("bob@example.org", out MailAddress recipient);
        envelope.ReversePath = sender;
        var facts = new ListFacts(envelope, [recipient]);
        Assert.Equal("From eve@example.net (client.example [198.51.100.7]) Sun, 1 Mar 2026 12:00:00 GMT "
            + "For bob@example.org ", facts.Control);
        var search = new ListSearch(facts, AreListed, TimeProvider.System);
        Assert.Equal(line, await search.Find(Parse(text)));
    }

    [Theory]
    [InlineData("mail.example.org", true)]
    [InlineData("mail", false)]
    [InlineData("[192.0.2.1]", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("", false)]
    public void Only_the_name_of_a_host_can_check_out(string hello, bool may)
        => Assert.Equal(may, ListFacts.MayCheckOut(hello));

    [Fact]
    public void A_list_is_read_again_when_it_changes_and_what_is_wrong_is_told_once()
    {
        using var folder = new TemporaryFolder();
        List<string> lines = [];
        var files = new ListFiles(FileCalls.Real, new Log(LogLevel.Debug, (_, _, text) => lines.Add(text)));
        string path = Path.Combine(folder.Path, "badlist");
        Assert.Empty(files.Common(path).Rules);
        Assert.Empty(files.Personal(folder.Path, "badlist").Rules);
        File.WriteAllText(path, "one\n? (\n");
        for (int i = 0; i < 3; i++)
            Assert.Single(files.Common(path).Rules);
        Assert.StartsWith($"{path}:2: ", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Single(files.Personal(folder.Path, "badlist").Rules);
        File.WriteAllText(path, "one\ntwo, three\nfour\n");
        Assert.Equal(3, files.Common(path).Rules.Count);
        Assert.Equal(3, files.Personal(folder.Path, "badlist").Rules.Count);
        File.Delete(path);
        Assert.Empty(files.Common(path).Rules);
        Assert.Empty(files.Personal(folder.Path, "badlist").Rules);
    }

    [Fact]
    public void A_list_in_a_home_that_is_a_link_or_too_long_is_none()
    {
        using var folder = new TemporaryFolder();
        var files = new ListFiles(FileCalls.Real, Log.None);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "goodlist"), "/etc/passwd");
        Assert.Empty(files.Personal(folder.Path, "goodlist").Rules);
        File.WriteAllText(Path.Combine(folder.Path, "graylist"), new string('\n', ListFile.PersonalSizeLimit) + "x");
        Assert.Empty(files.Personal(folder.Path, "graylist").Rules);
    }

    private static ListFile Parse(string text) => ListFile.Parse(Encoding.UTF8.GetBytes(text));

    private static ValueTask<bool> AreListed(IReadOnlyList<DnsListZone> zones)
        => new(zones.Any(zone => zone.Name == "bad.example"));
}
