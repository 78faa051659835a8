using System.Text;
using MailModule.Delivery.Fetching;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Fetching;

public class SeenMessagesTests
{
    private const string Folder = "/mail/fetched", File = Folder + "/box";

    private readonly SimulatedDisk _disk = NewDisk();

    private static readonly HashSet<string> s_none = [];

    [Fact]
    public void What_was_added_is_known_and_what_is_not_there_is_nothing()
    {
        Assert.Equal([], Known());
        Assert.Equal(Fault.None, Open().Add(["a", "b"]));
        Assert.Equal(Fault.None, Open().Add(["c"]));
        Assert.Equal(["a", "b", "c"], Known());
        Assert.Equal("mailmodule-seen 1\n+a\n+b\n+c\n", Text);
    }

    [Fact]
    public void What_the_mailbox_does_not_list_is_kept_for_thirty_days()
    {
        Open().Add(["a", "b"]);
        Assert.Equal(Fault.None, Open().Compare(new HashSet<string> { "a" }, s_none, 20_000));
        Assert.Equal(Fault.None, Open().Compare(new HashSet<string> { "a" }, s_none, 20_029));
        Assert.Equal(["a", "b"], Known());
        Assert.Equal(Fault.None, Open().Compare(new HashSet<string> { "a" }, s_none, 20_030));
        Assert.Equal(["a"], Known());
        Assert.Equal("mailmodule-seen 1\n+a\n+b\n?20000 b\n-b\n", Text);
    }

    [Fact]
    public void What_the_mailbox_lists_again_begins_anew_to_be_missing()
    {
        Open().Add(["a"]);
        Open().Compare(s_none, s_none, 20_000);
        Open().Compare(new HashSet<string> { "a" }, s_none, 20_020);
        Open().Compare(s_none, s_none, 20_021);
        Open().Compare(s_none, s_none, 20_050);
        Assert.Equal(["a"], Known());
        Open().Compare(s_none, s_none, 20_051);
        Assert.Equal([], Known());
    }

    [Fact]
    public void A_clock_that_goes_back_makes_nothing_forgotten()
    {
        Open().Add(["a"]);
        Open().Compare(s_none, s_none, 20_000);
        Open().Compare(s_none, s_none, 10_000);
        Assert.Equal(["a"], Known());
    }

    [Fact]
    public void What_was_deleted_is_forgotten_when_the_mailbox_does_not_list_it_and_no_sooner()
    {
        Open().Add(["a", "b"]);
        var deleted = new HashSet<string> { "a", "b" };
        Open().Compare(new HashSet<string> { "b" }, deleted, 20_000);
        Assert.Equal(["b"], Known());
    }

    [Fact]
    public void Of_a_line_that_was_cut_nothing_counts_and_nothing_is_joined_to_it()
    {
        const string Whole = "mailmodule-seen 1\n+abc\n";
        const string Last = "+uid-17\n";
        for (int length = 0; length < Last.Length; length++)
        {
            Set(Whole + Last[..length]);
            Assert.Equal(["abc"], Known());
            Assert.Equal(Fault.None, Open().Add(["x"]));
            Assert.Equal(["abc", "x"], Known());
            Assert.Equal("mailmodule-seen 1\n+abc\n+x\n", Text);
        }
    }

    [Theory]
    [InlineData("\0\0\0+x\n")]
    [InlineData("?x y\n")]
    [InlineData("?1\n")]
    [InlineData("+\n")]
    [InlineData("+a b\n")]
    [InlineData("!x\n")]
    public void A_line_that_is_none_says_nothing_and_is_gone_with_the_next_write(string line)
    {
        Set($"mailmodule-seen 1\n+abc\n{line}+def\n");
        Assert.Equal(["abc", "def"], Known());
        Open().Add(["x"]);
        Assert.Equal("mailmodule-seen 1\n+abc\n+def\n+x\n", Text);
    }

    [Theory]
    [InlineData("mailmodule-seen 2\n+a\n", Fault.NotSupported)]
    [InlineData("something else\n", Fault.Io)]
    [InlineData("", Fault.Io)]
    public void By_a_file_that_is_not_understood_nobody_fetches(string text, Fault fault)
    {
        Set(text);
        Assert.Equal(fault, Open().Load(out _));
        Assert.Contains(File, FaultReason.Take(fault));
        Assert.Equal(fault, Open().Add(["a"]));
        Assert.Equal(fault, Open().Compare(s_none, s_none, 1));
        Assert.Equal(text, Text);
    }

    [Fact]
    public void By_a_file_that_cannot_be_read_nobody_fetches()
    {
        Open().Add(["a"]);
        _disk.Strike = (_, name) => name is "open" or "read" ? Fault.Io : Fault.None;
        Assert.Equal(Fault.Io, Open().Load(out _));
        Assert.Equal(Fault.Io, Open().Add(["b"]));
        _disk.Strike = (_, _) => Fault.None;
        Assert.Equal(["a"], Known());
    }

    [Fact]
    public void A_file_that_is_mostly_past_is_written_anew()
    {
        SeenMessages seen = Open();
        for (int day = 0; day < 600; day++)
        {
            seen.Add([$"id{day}"]);
            seen.Compare(s_none, new HashSet<string> { $"id{day}" }, day + 1);
        }
        Assert.Equal([], Known());
        Assert.True(Text.Split('\n').Length < 600, Text);
    }

    [Theory]
    [InlineData(Fault.Io)]
    [InlineData(Fault.Full)]
    public void Whichever_call_fails_what_was_confirmed_stays_and_the_next_attempt_succeeds(Fault fault)
    {
        bool isStruck = true;
        for (int n = 1; isStruck; n++)
        {
            isStruck = false;
            SimulatedDisk disk = NewDisk();
            var confirmed = new HashSet<string>();
            var seen = new SeenMessages(Folder, "box", disk);
            int calls = disk.Calls;
            disk.Strike = (call, _) =>
            {
                isStruck |= call == calls + n;
                return call == calls + n ? fault : Fault.None;
            };
            foreach (string id in new[] { "a", "b", "c" })
                if (seen.Add([id]) == Fault.None || seen.Add([id]) == Fault.None)
                    confirmed.Add(id);
            Assert.Equal(["a", "b", "c"], confirmed);
            foreach (Survival survival in Enum.GetValues<Survival>())
            {
                var later = new SeenMessages(Folder, "box", disk.AfterRestart(survival));
                Assert.Equal(Fault.None, later.Load(out HashSet<string> known));
                Assert.True(known.SetEquals(confirmed), $"call {n}, {survival}: {string.Join(' ', known)}");
            }
        }
    }

    [Fact]
    public void Whenever_the_power_goes_what_was_confirmed_stays()
    {
        bool isCut = true;
        for (int n = 1; isCut; n++)
        {
            isCut = false;
            SimulatedDisk disk = NewDisk(n);
            var confirmed = new HashSet<string>();
            var seen = new SeenMessages(Folder, "box", disk);
            int calls = disk.Calls;
            disk.Strike = (call, _) =>
            {
                if (call == calls + n)
                {
                    isCut = true;
                    disk.CutPower();
                }
                return Fault.None;
            };
            for (int i = 0; i < 5; i++)
                if (seen.Add([$"id{i}"]) == Fault.None)
                    confirmed.Add($"id{i}");
            foreach (Survival survival in Enum.GetValues<Survival>())
            {
                var later = new SeenMessages(Folder, "box", disk.AfterRestart(survival));
                Assert.Equal(Fault.None, later.Load(out HashSet<string> known));
                Assert.True(known.IsSupersetOf(confirmed), $"call {n}, {survival}: {string.Join(' ', known)}");
                Assert.Equal(Fault.None, later.Add(["new"]));
                Assert.Equal(Fault.None, later.Load(out known));
                Assert.True(known.IsSupersetOf([.. confirmed, "new"]), $"call {n}, {survival}");
            }
        }
    }

    private static SimulatedDisk NewDisk(int seed = 0)
    {
        var disk = new SimulatedDisk(seed);
        disk.MakeDirectory("/mail");
        disk.OpenDirectory("/", out IDiskDirectory root);
        root.Sync();
        root.Dispose();
        return disk;
    }

    private SeenMessages Open() => new(Folder, "box", _disk);

    private string Text => Encoding.Latin1.GetString(_disk[File]);

    private void Set(string text)
    {
        _disk.MakeDirectory(Folder);
        _disk[File] = Encoding.Latin1.GetBytes(text);
    }

    private string[] Known()
    {
        Assert.Equal(Fault.None, Open().Load(out HashSet<string> known));
        return [.. known.Order()];
    }
}
