using System.Text;
using System.Text.RegularExpressions;
using MailModule.Engine.Serving;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Tests.Delivery;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

/// <summary>
/// A size that is told is the size that comes, whatever another program has made of a file under its old name.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ToldSizeTests : IDisposable
{
    private const string Small = "a: b\n\nshort\n.dot\n";
    private const string Other = "c: d\n\nno longer what it was\r\n..\nno end";
    private const int LargeLines = 20_000;

    private readonly TemporaryFolder _folder = new();
    private readonly Queue<IJob> _jobs = new();
    private readonly Output _output = new();
    private readonly MaildirStore _store = new("h"), _otherStore = new("h");
    private SteppedSession? _session;

    private static string Large => "a: b\n\n" + string.Concat(Enumerable.Repeat(".0123456789\n", LargeLines));

    private string Maildir => _folder.In("ann") + "/Maildir";

    public void Dispose()
    {
        _session?.Lose(Fault.Closed);
        _store.Dispose();
        _otherStore.Dispose();
        _folder.Dispose();
    }

    public static IEnumerable<object[]> Changes
        => from before in new[] { Small, Large }
           from after in new[] { Other, Large + Other, "", "x" }
           select new object[] { before, after };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_changed_file_is_sent_whole_with_its_size_and_list_and_name_are_right_after_it(
        string before, string after)
    {
        Deliver(before, Small);
        File.WriteAllText(FileOf(0), after);
        Begin();
        Assert.Equal(WireLength(before), Listed(1));
        string unique = Send("UIDL 1\r\n");
        Fetch(1, after);
        Assert.Equal(WireLength(after), Listed(1));
        Assert.EndsWith($",S={after.Length},W={WireLength(after)}", FileOf(0), StringComparison.Ordinal);
        Fetch(2, Small);
        Fetch(1, after);
        Assert.Equal(unique, Send("UIDL 1\r\n"));
        Assert.Equal($"+OK 2 {WireLength(after) + WireLength(Small)}\r\n", Send("STAT\r\n"));
        Assert.Equal($"+OK 1 {WireLength(Small)}\r\n", Send("DELE 1\r\nSTAT\r\n").Split('\n', 2)[1]);
        Assert.EndsWith("+OK goodbye\r\n", Send("QUIT\r\n"), StringComparison.Ordinal);
        Assert.EndsWith($",S={Small.Length},W={WireLength(Small)}", Assert.Single(Files()), StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_and_other_fields_of_a_corrected_name_stay_and_so_does_its_folder()
    {
        Deliver(Small);
        string file = Maildir + "/cur/" + Path.GetFileName(FileOf(0)) + ",U=7:2,RS";
        File.Move(FileOf(0), file);
        File.WriteAllText(file, Other);
        Begin();
        Fetch(1, Other);
        Assert.Equal(Maildir + $"/cur/0.id0.h,S={Other.Length},W={WireLength(Other)},U=7:2,RS", FileOf(0));
    }

    [Fact]
    public void Top_gives_a_changed_file_as_it_is_and_the_list_is_right_after_it()
    {
        Deliver(Small);
        File.WriteAllText(FileOf(0), Other);
        Begin();
        Assert.Equal("+OK top follows\r\nc: d\r\n\r\nno longer what it was\r\n.\r\n", Send("TOP 1 1\r\n"));
        Assert.Equal(WireLength(Other), Listed(1));
    }

    [Fact]
    public void Messages_that_are_read_ahead_have_the_sizes_that_come()
    {
        Deliver([.. Enumerable.Range(0, 40).Select(i => $"{i}\n")]);
        foreach (int changed in new[] { 5, 6, 20 })
            File.WriteAllText(FileOf(changed), Other);
        Begin();
        for (int i = 0; i < 40; i++)
            Fetch(i + 1, i is 5 or 6 or 20 ? Other : $"{i}\n");
        File.WriteAllText(FileOf(39), Other + Other);
        Fetch(39, "38\n");
        Fetch(40, Other + Other);
    }

    [Fact]
    public void A_name_that_lies_about_the_wire_alone_is_found_out()
    {
        Deliver(Small, Large);
        Rename(1, $"2.b.h,S={Large.Length},W={Large.Length}:2,S");
        Rename(0, $"1.a.h,S={Small.Length},W={Small.Length}");
        Begin();
        Fetch(1, Small);
        // Of a large one that is known at its end: its number was told before, the list is right from then on.
        Assert.StartsWith($"+OK {Large.Length} octets\r\n", Send("RETR 2\r\n"), StringComparison.Ordinal);
        Assert.Equal(WireLength(Large), Listed(2));
        Fetch(2, Large);
        Assert.EndsWith("+OK goodbye\r\n", Send("QUIT\r\n"), StringComparison.Ordinal);
        Assert.EndsWith($",S={Large.Length},W={WireLength(Large)}:2,S", FileOf(1), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lie_that_is_found_out_last_is_in_the_name_after_quit()
    {
        Deliver(Large);
        Rename(0, $"2.b.h,S={Large.Length},W={Large.Length}:2,S");
        Begin();
        Assert.EndsWith("+OK goodbye\r\n", Send("RETR 1\r\nQUIT\r\n"), StringComparison.Ordinal);
        Assert.EndsWith($",S={Large.Length},W={WireLength(Large)}:2,S", FileOf(0), StringComparison.Ordinal);
        Begin();
        Assert.Equal(WireLength(Large), Listed(1));
        Fetch(1, Large);
    }

    [Theory]
    [InlineData("W=1")]
    [InlineData("S=1")]
    [InlineData("S=300000,W=1")]
    [InlineData("S=9223372036854775807,W=9223372036854775807")]
    public void Whatever_a_name_tells_the_size_that_comes_is_told(string told)
    {
        Deliver(Large, Small);
        Rename(1, $"2.b.h,{told}:2,");
        Rename(0, $"1.a.h,{told}");
        Begin();
        Fetch(1, Large);
        Fetch(2, Small);
        Assert.Equal($"+OK 2 {WireLength(Large) + WireLength(Small)}\r\n", Send("STAT\r\n"));
        string right = told.StartsWith("W=", StringComparison.Ordinal) ? "W=" : $"S={Large.Length},W=";
        Assert.Contains(right + WireLength(Large), FileOf(0), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_without_sizes_stays_and_the_next_session_lists_what_the_last_has_seen()
    {
        Deliver(Large);
        Rename(0, "1.a.h");
        Age();
        Begin();
        Assert.Equal(WireLength(Large), Listed(1));
        File.WriteAllText(FileOf(0), Large + Other);
        Fetch(1, Large + Other);
        Send("QUIT\r\n");
        Assert.Equal("1.a.h", Path.GetFileName(FileOf(0)));
        long listings = _store.Listings;
        Begin();
        Assert.Equal(WireLength(Large + Other), Listed(1));
        Assert.Equal(listings, _store.Listings);
    }

    [Fact]
    public void A_name_that_is_taken_is_not_taken_over()
    {
        Deliver(Small);
        string rightName = $"{Maildir}/new/1.a.h,S={Other.Length},W={WireLength(Other)}";
        Rename(0, "1.a.h,S=1,W=1");
        File.WriteAllText(FileOf(0), Other);
        Begin();
        File.WriteAllText(rightName, "another\n");
        Fetch(1, Other);
        Fetch(1, Other);
        Assert.Equal("another\n", File.ReadAllText(rightName));
        Assert.Equal(2, Files().Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_body_that_mailboxes_share_is_given_out_as_it_is_now(bool isOfAnotherProcess)
    {
        string body = _folder.In("body"), before = "Return-Path: <>\n" + Large;
        foreach (string user in new[] { "ann", "bob" })
            Assert.Equal(Fault.None, _store.Deliver(_folder.In(user), "id0", DateTimeOffset.FromUnixTimeSeconds(0),
                new TextContent(before, body), mayBeDuplicate: false));
        string after = isOfAnotherProcess ? before + Other : Other;
        File.WriteAllText(FileOf(0), after);
        Begin(isOfAnotherProcess ? _otherStore : _store);
        Fetch(1, after);
        Assert.Equal(WireLength(after), Listed(1));
        Assert.EndsWith($",S={after.Length},W={WireLength(after)}", FileOf(0), StringComparison.Ordinal);
        Assert.EndsWith("+OK goodbye\r\n", Send("DELE 1\r\nQUIT\r\n"), StringComparison.Ordinal);
        string bobs = Assert.Single(Directory.GetFiles(_folder.In("bob/Maildir/new")));
        Assert.EndsWith($",S={before.Length},W={WireLength(before)}", bobs, StringComparison.Ordinal);
        Assert.Equal(after, File.ReadAllText(bobs));
    }

    [Fact]
    public void No_size_is_told_of_what_is_too_much_to_read_for_it()
    {
        Deliver(Small);
        string file = FileOf(0);
        using (FileStream sparse = File.OpenWrite(file))
            sparse.SetLength(MaildirListing.MeasureLimit + 1);
        Begin();
        Assert.StartsWith("+OK message follows\r\na: b\r\n", SendPart("RETR 1\r\n"), StringComparison.Ordinal);
        Assert.Equal(file, FileOf(0));
    }

    [Fact]
    public void A_file_that_grows_while_it_is_sent_ends_where_its_size_says()
    {
        Deliver(Large);
        Begin();
        string text = SendPart("RETR 1\r\n");
        File.AppendAllText(FileOf(0), Other);
        Check(text + Rest(), Large);
        Fetch(1, Large + Other);
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_sent_is_not_ended_as_if_it_were_whole()
    {
        Deliver(Large);
        Begin();
        string text = SendPart("RETR 1\r\n");
        using (FileStream cut = File.OpenWrite(FileOf(0)))
            cut.SetLength(Large.Length / 2);
        text += Rest();
        Assert.StartsWith($"+OK {WireLength(Large)} octets\r\n", text, StringComparison.Ordinal);
        Assert.False(text.EndsWith("\r\n.\r\n", StringComparison.Ordinal));
        Assert.Equal(Next.Close, _session!.Waits);
    }

    private void Deliver(params string[] texts)
    {
        for (int i = 0; i < texts.Length; i++)
            Assert.Equal(Fault.None, _store.Deliver(
                _folder.In("ann"), $"id{i}", DateTimeOffset.FromUnixTimeSeconds(i), new TextContent(texts[i]), false));
    }

    private string[] Files()
        => [.. Directory.GetFiles(Maildir + "/new").Concat(Directory.GetFiles(Maildir + "/cur"))
            .OrderBy(path => int.Parse(Path.GetFileName(path).Split('.')[0]))];

    private string FileOf(int index) => Files()[index];

    private void Rename(int index, string name)
        => File.Move(FileOf(index), $"{Maildir}/{(name.Contains(':') ? "cur" : "new")}/{name}");

    // Of a directory that has just changed no listing is kept.
    private void Age()
    {
        foreach (string part in new[] { "/new", "/cur" })
            Directory.SetLastWriteTimeUtc(Maildir + part, DateTime.UtcNow.AddSeconds(-10));
    }

    private void Begin(MaildirStore? store = null)
    {
        var host = new HostCallback(null, RequestAction.None, Inline: false);
        _session = SteppedPop3.Over(new MemoryPeer(), store ?? _store, _folder, _jobs.Enqueue, host, Accounts);
        Assert.Contains("+OK", Send("USER ann\r\nPASS secret\r\n"), StringComparison.Ordinal);
    }

    private Accounts Accounts()
    {
        Assert.True(Account.TryParse("ann;secret;;P", "/", out Account account, out _));
        return new Accounts([account], new LocalDomains(["d"], _ => false), "realm", _folder.Path);
    }

    private void Fetch(int number, string text) => Check(Send($"RETR {number}\r\n"), text);

    private static void Check(string answer, string text)
    {
        int begin = answer.IndexOf('\n') + 1;
        Assert.EndsWith(".\r\n", answer, StringComparison.Ordinal);
        string came = Regex.Replace(answer[begin..^3], @"^\.", "", RegexOptions.Multiline);
        Assert.Equal($"+OK {came.Length} octets\r\n", answer[..begin]);
        Assert.Equal(OnWire(text), came);
    }

    private long Listed(int number)
    {
        string all = Send("LIST\r\n");
        string one = Send($"LIST {number}\r\n");
        Assert.Contains(one[4..], all, StringComparison.Ordinal);
        return long.Parse(one.Split(' ')[2]);
    }

    private static string OnWire(string text)
    {
        string lines = Regex.Replace(text, "\r?\n", "\r\n");
        return lines.Length == 0 || lines.EndsWith('\n') ? lines : lines + "\r\n";
    }

    private static long WireLength(string text) => OnWire(text).Length;

    private string Send(string octets) => SendPart(octets) + Rest();

    /// <summary>Up to the first time that the session waits for its reader.</summary>
    private string SendPart(string octets)
    {
        Next next = _session!.Step(Encoding.ASCII.GetBytes(octets), TimeSpan.Zero, _output);
        while (next == Next.Wait)
        {
            RunJobs();
            next = _session.Step([], TimeSpan.Zero, _output);
        }
        return Take();
    }

    private string Rest()
    {
        var text = new StringBuilder();
        while (_session!.Waits is Next.Wait or Next.Write)
        {
            RunJobs();
            _session.Step([], TimeSpan.Zero, _output);
            text.Append(Take());
        }
        return text.ToString();
    }

    private string Take()
    {
        string text = Encoding.Latin1.GetString(_output.Written);
        _output.Clear();
        return text;
    }

    private void RunJobs()
    {
        while (_jobs.TryDequeue(out IJob? job))
            job.Run();
    }
}
