using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Tests.Delivery.Local;

/// <summary>
/// Whatever aliases, lists, files of members and forward files say, and whoever is missing: each accepted recipient
/// ends in a mailbox, is sent on, is reported to the sender, or is thrown away by a rule that says so in the log.
/// </summary>
public class EveryRecipientEndsTests
{
    private const int Runs = 300;

    private static readonly string[][] s_ways =
        [["in a mailbox"], ["in a mailbox", "sent on"], ["sent on"], ["reported"], ["thrown away"]];

    [Fact]
    public void Each_accepted_recipient_ends_in_exactly_one_way()
    {
        var seen = new HashSet<string>();
        for (int seed = 0; seed < Runs; seed++)
        {
            using var world = new LocalWorld();
            var random = new RandomMail(seed, world);
            try
            {
                random.Run();
                seen.UnionWith(CheckEnds(world));
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e.Message}\n{random}\n{string.Join('\n', world.Log)}\n{e.StackTrace}");
            }
        }
        // Else the random settings would try less than they should.
        Assert.Equal(s_ways.Select(way => string.Join(", ", way)).Order(StringComparer.Ordinal),
            seen.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("staff@a.example;;nobody@a.example", "sender@c.example")]
    [InlineData("staff@a.example;;x@b.example,nobody@a.example", "sender@c.example")]
    [InlineData("staff@a.example;boss@c.example;x@b.example,nobody@a.example", "boss@c.example")]
    public void The_report_about_a_member_who_is_nobody_is_a_message_in_the_spool(string list, string told)
    {
        using var world = new LocalWorld();
        world.SetPolicy(["ann"], [list]);
        world.Put("sender@c.example", ("staff@a.example", Notify.Default));
        world.Pass(TimeSpan.Zero);
        InOrderSpool.Entry report = Assert.Single(world.Spool.Entries, entry => entry.Envelope.ReversePath.IsNull);
        Assert.Equal(told, Assert.Single(report.Envelope.Recipients).Address.Text);
        Assert.Contains("nobody@a.example\nAction: failed\nStatus: 5.1.1\n", LocalHost.TextOf(report),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dan@a.example", "5.1.1")]
    [InlineData("staff@a.example", "5.1.1")]
    public void Who_is_taken_out_of_the_settings_after_a_message_was_accepted_is_reported_in_the_end(
        string recipient, string status)
    {
        using var world = new LocalWorld();
        world.SetPolicy(["ann", "dan"], ["staff@a.example;;ann@a.example"]);
        world.Put("sender@c.example", (recipient, Notify.Default));
        world.SetPolicy(["ann"], []);
        world.Pass(TimeSpan.FromHours(1));
        Assert.False(world.Spool.Entries[0].IsDone(0));
        world.Pass(TimeSpan.FromHours(25));
        Assert.True(world.Spool.Entries[0].IsDone(0));
        Assert.Contains($"Status: {status}\n", LocalHost.TextOf(world.Spool.Entries[1]), StringComparison.Ordinal);
    }

    private static List<string> CheckEnds(LocalWorld world)
    {
        var ways = new List<string>();
        foreach (InOrderSpool.Entry entry in world.Spool.Entries)
            for (int i = 0; i < entry.Envelope.Recipients.Count; i++)
            {
                Recipient recipient = entry.Envelope.Recipients[i];
                if (recipient.Maildrop is null)
                    continue;
                string[] ends = [.. world.EndsOf(entry, recipient)];
                string end = $"{entry.Id} from <{entry.Envelope.ReversePath}> to <{recipient.Address}> ends: "
                    + string.Join(", ", ends);
                Assert.True(entry.IsDone(i), $"{end}; it waits for ever");
                Assert.True(Array.Exists(s_ways, way => way.SequenceEqual(ends)), end);
                ways.Add(string.Join(", ", ends));
            }
        return ways;
    }

    /// <summary>Settings, files and messages by the dice; the same for the same seed.</summary>
    private sealed class RandomMail(int seed, LocalWorld world)
    {
        private static readonly string[] s_users = ["ann", "bob", "carl", "dan"];
        private static readonly Notify[] s_wishes =
            [Notify.Default, Notify.Default, Notify.Default, Notify.Never, Notify.Failure, Notify.Success];

        private static readonly string[] s_commands =
            ["!exit 3", "!rm \"$msgfile\"", "!: > \"$msgfile\"", "!echo more >> \"$msgfile\"", "!kill -9 $$"];

        private readonly Random _random = new(seed);
        private readonly List<string> _said = [];
        private bool _isTroubled = true;

        public void Run()
        {
            string[] lists = [.. Enumerable.Range(0, _random.Next(1, 6)).Select(RandomList)];
            _said.AddRange(world.SetPolicy(s_users, lists));
            foreach (string user in s_users)
                if (_random.Next(3) > 0)
                    WriteForward(user);
            for (int i = _random.Next(1, 6); i > 0; i--)
                PutMessage();
            if (_random.Next(3) == 0)
                world.SetPolicy(s_users[..3], lists[..^1]);
            world.Spool.Refusal = world.MailboxRefusal = SomeTrouble;
            for (int i = 0; i < 4; i++)
                world.Pass(TimeSpan.FromMinutes(10));
            _isTroubled = false;
            for (int i = 0; i < 8; i++)
                world.Pass(TimeSpan.FromHours(25));
        }

        public override string ToString() => string.Join('\n', _said);

        private Fault SomeTrouble() => _isTroubled && _random.Next(10) == 0 ? Fault.Full : Fault.None;

        private string RandomList(int number)
        {
            string name = number == 0 && _random.Next(3) == 0 ? "ann" : $"list{number}";
            string owner = _random.Next(3) == 0 ? RandomAddress() : "";
            List<string> members = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => RandomAddress())];
            if (members.Count == 0 || _random.Next(4) == 0)
                members.Add(RandomFile(number));
            return $"{name}@a.example;{owner};{string.Join(',', members)}";
        }

        private string RandomFile(int number)
        {
            string text = _random.Next(5) switch
            {
                0 => "",
                1 => "# nobody yet\n\n",
                2 => "no address\n\0\n@\n",
                _ => $"{RandomAddress()}\nno address\n{RandomAddress()} # somebody\n",
            };
            if (_random.Next(8) > 0)
                File.WriteAllText(world.Folder.In($"members{number}"), text);
            _said.Add($"members{number}: {text.ReplaceLineEndings(" | ")}");
            return $"@members{number}";
        }

        private void WriteForward(string user)
        {
            string text = string.Concat(
                Enumerable.Range(0, _random.Next(1, 4)).Select(_ => RandomLine(user) + "\n"));
            _said.Add($"{user}/forward: {text.ReplaceLineEndings(" | ")}");
            world.WriteForward(user, text);
        }

        private string RandomLine(string user) => _random.Next(13) switch
        {
            0 or 1 or 2 => "#rm",
            3 => "#mv spam",
            4 => "#cp spam",
            5 => $"{user}@a.example",
            6 => "# a comment",
            7 => "#if $size_kb > 0\n#rm\n#endif",
            8 => _random.Next(4) == 0 ? "nonsense" : "#rm",
            9 => $"{RandomAddress()} {RandomAddress()}",
            10 => s_commands[_random.Next(s_commands.Length)],
            _ => RandomAddress(),
        };

        private void PutMessage()
        {
            string from = _random.Next(4) == 0 ? "" : RandomAddress();
            var to = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => RandomAddress()).Distinct()
                .Select(address => (address, s_wishes[_random.Next(s_wishes.Length)])).ToArray();
            string fields = _random.Next(5) == 0 ? $"Delivered-To: {RandomAddress()}\n" : "";
            _said.Add($"{world.PutWith(fields, from, to)} from <{from}> to {string.Join(", ", to)} {fields}");
        }

        private string RandomAddress() => _random.Next(16) switch
        {
            < 6 => $"{s_users[_random.Next(s_users.Length)]}@a.example",
            < 12 => $"list{_random.Next(6)}@a.example",
            < 14 => "nobody@a.example",
            _ => $"x{_random.Next(3)}@b.example",
        };
    }
}
