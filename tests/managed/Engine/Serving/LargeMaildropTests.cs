using MailModule.Mailbox;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Serving;

/// <summary>A maildrop of 100,000 messages.</summary>
public sealed class LargeMaildropTests : IDisposable
{
    private const int Messages = 100_000;
    private readonly TemporaryFolder _folder = new();

    public LargeMaildropTests()
    {
        foreach (string part in (string[])["new", "cur", "tmp"])
            Directory.CreateDirectory(_folder.In($"ann/Maildir/{part}"));
        for (int i = 0; i < Messages; i++)
            File.Create(_folder.In($"ann/Maildir/{(i % 2 == 0 ? "new" : "cur")}/{1_700_000_000 + i}.{i}.h,S=90,W=100"
                + (i % 2 == 0 ? "" : FilePath.FlagMark == ':' ? ":2,S" : ""))).Dispose();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_logs_in_by_the_names_of_its_files_and_answers_stat_within_a_second()
    {
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < 3; i++)
        {
            // one that knows nothing of the mailbox yet
            var calls = new ReadingCalls();
            using var store = new MaildirStore("h", calls: calls);
            LoggedInPop3 session = null!;
            TimeSpan took = ThreadTime.Of(() =>
            {
                session = new LoggedInPop3(store, _folder, new());
                Assert.Equal($"+OK {Messages} {Messages * 100}\r\n", session.Send("STAT\r\n"));
            });
            best = took < best ? took : best;
            Assert.Equal(0, calls.Readings);
            session.Lose();
        }
        Assert.InRange(best.TotalSeconds, 0, 1);
    }

    private sealed class ReadingCalls : FileCalls
    {
        public int Readings { get; private set; }

        public override int OpenAt(int folder, ReadOnlySpan<byte> name, OpenAs how)
        {
            Readings += how == OpenAs.Reading ? 1 : 0;
            return base.OpenAt(folder, name, how);
        }

        public override int OpenRead(ReadOnlySpan<byte> path)
        {
            Readings++;
            return base.OpenRead(path);
        }
    }
}
