using MailModule.Engine;
using MailModule.Primitives;
using MailModule.Tests.Delivery.Queue;
using MailModule.Transport;

namespace MailModule.Tests.Engine;

public sealed class LogFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mm-log-").FullName;
    private readonly Queue<IJob> _work = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string FilePath => Path.Combine(_folder, "sub", "mail.log");

    [Fact]
    public void Lines_gather_for_one_job_and_come_in_order()
    {
        var log = new LogFile(FilePath, _work.Enqueue);
        log.Write(LogLevel.Info, "smtp", "one");
        log.Write(LogLevel.Error, "pop3", "two\nlines");
        Assert.Single(_work).Run();
        Assert.Equal([" info smtp one", @" error pop3 two\x0Alines"], Texts());
    }

    [Fact]
    public void The_file_is_the_owners_alone()
    {
        Assert.Null(new LogFile(FilePath, _work.Enqueue).Check());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void A_file_moved_away_is_made_anew()
    {
        var log = new LogFile(FilePath, work => work.Run());
        log.Write(LogLevel.Info, "smtp", "one");
        File.Move(FilePath, FilePath + ".1");
        log.Write(LogLevel.Info, "smtp", "two");
        Assert.Equal([" info smtp two"], Texts());
    }

    [Fact]
    public void Every_day_has_a_file_that_is_named_after_it_when_it_is_over()
    {
        LogFile log = Daily(out ManualClock clock);
        log.Write(LogLevel.Info, "smtp", "one");
        File.SetLastWriteTimeUtc(FilePath, clock.GetUtcNow().UtcDateTime);
        clock.TurnTo(new DateTimeOffset(2026, 1, 3, 0, 0, 1, TimeSpan.Zero));
        log.Write(LogLevel.Info, "smtp", "two");
        log.Write(LogLevel.Info, "smtp", "three");
        Assert.Equal([" info smtp two", " info smtp three"], Texts());
        Assert.Equal([" info smtp one"], Texts(".2026-01-02"));
    }

    [Fact]
    public void What_was_written_before_a_start_keeps_its_day_and_no_file_takes_the_place_of_another()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        foreach (string name in new[] { FilePath, FilePath + ".2026-01-01", FilePath + ".2026-01-01.1" })
            File.WriteAllText(name, name);
        File.SetLastWriteTimeUtc(FilePath, new DateTime(2026, 1, 1, 23, 59, 59, DateTimeKind.Utc));
        Daily(out _).Write(LogLevel.Info, "smtp", "one");
        Assert.Equal([" info smtp one"], Texts());
        Assert.Equal(FilePath, File.ReadAllText(FilePath + ".2026-01-01.2"));
        Assert.Equal(FilePath + ".2026-01-01", File.ReadAllText(FilePath + ".2026-01-01"));
    }

    [Fact]
    public void A_clock_that_is_set_back_renames_nothing()
    {
        LogFile log = Daily(out ManualClock clock);
        log.Write(LogLevel.Info, "smtp", "one");
        clock.TurnTo(clock.GetUtcNow().AddDays(-2));
        log.Write(LogLevel.Info, "smtp", "two");
        Assert.Equal([" info smtp one", " info smtp two"], Texts());
    }

    [Fact]
    public void A_folder_that_cannot_be_is_told_and_harms_nobody()
    {
        var log = new LogFile("/proc/none/mail.log", work => work.Run());
        Assert.Contains("/proc/none/mail.log cannot be written", log.Check(), StringComparison.Ordinal);
        log.Write(LogLevel.Info, "smtp", "one");
    }

    [Fact]
    public void A_file_that_cannot_be_written_any_more_is_told_once_each_time()
    {
        var told = new List<string>();
        var log = new LogFile(FilePath, work => work.Run(), told.Add);
        log.Write(LogLevel.Info, "smtp", "one");
        File.Delete(FilePath);
        Directory.CreateDirectory(FilePath);
        log.Write(LogLevel.Info, "smtp", "two");
        log.Write(LogLevel.Info, "smtp", "three");
        Assert.Contains($"{FilePath} cannot be written", Assert.Single(told), StringComparison.Ordinal);
        Directory.Delete(FilePath);
        log.Write(LogLevel.Info, "smtp", "four");
        Directory.Delete(Path.GetDirectoryName(FilePath)!, recursive: true);
        File.WriteAllText(Path.GetDirectoryName(FilePath)!, "");
        log.Write(LogLevel.Info, "smtp", "five");
        Assert.Equal(2, told.Count);
    }

    [Fact]
    public void Lines_wait_while_the_file_cannot_be_opened()
    {
        var log = new LogFile(FilePath, work => work.Run());
        log.Write(LogLevel.Info, "smtp", "one");
        File.Delete(FilePath);
        Directory.CreateDirectory(FilePath);
        log.Write(LogLevel.Info, "smtp", "two");
        log.Write(LogLevel.Info, "smtp", "three");
        Directory.Delete(FilePath);
        log.Write(LogLevel.Info, "smtp", "four");
        Assert.Equal([" info smtp two", " info smtp three", " info smtp four"], Texts());
    }

    [Fact]
    public void Lines_that_could_not_be_kept_are_counted()
    {
        var log = new LogFile(FilePath, _work.Enqueue);
        string text = new('x', 4000);
        for (int i = 0; i < 300; i++)
            log.Write(LogLevel.Info, "smtp", text);
        log.Flush();
        string[] lines = Texts();
        Assert.InRange(lines.Length, 255, 299);
        Assert.Equal($" warning log {300 - (lines.Length - 1)} lines were lost", lines[^1]);
    }

    [Fact]
    public async Task Lines_of_many_threads_all_come()
    {
        var log = new LogFile(FilePath, work => ThreadPool.QueueUserWorkItem(_ => work.Run()));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 500; i++)
                log.Write(LogLevel.Info, "smtp", $"{thread} {i}");
        })));
        log.Flush();
        Assert.Equal(2_000, Texts().Distinct().Count());
    }

    private LogFile Daily(out ManualClock clock)
    {
        clock = new ManualClock();
        return new LogFile(FilePath, work => work.Run(), days: new DailyRename(FilePath, clock));
    }

    private string[] Texts(string ending = "")
        => [.. File.ReadAllLines(FilePath + ending).Select(line => line[24..])];
}
