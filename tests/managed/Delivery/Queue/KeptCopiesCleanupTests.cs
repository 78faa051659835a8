using MailModule.Delivery.Queue;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Queue;

public sealed class KeptCopiesCleanupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Copies_that_are_old_enough_go_and_nothing_else_does()
    {
        Touch("old1.eml", days: 8);
        Touch("young.eml", days: 6);
        Touch("old2.eml.tmp", days: 8);
        Touch("my letter.eml", days: 8);
        Touch("notes.txt", days: 8);
        Cleanup(TimeSpan.FromDays(7)).Run();
        Assert.Equal(["my letter.eml", "notes.txt", "old2.eml.tmp", "young.eml"],
            Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["1 old copies of sent messages deleted"], _lines);
    }

    [Fact]
    public void Without_an_age_or_a_folder_nothing_goes()
    {
        Touch("old1.eml", days: 8);
        Cleanup(null).Run();
        new KeptCopiesCleanup(
            () => null, () => TimeSpan.Zero, _ => { }, TimeProvider.System, Log.None).Run();
        new KeptCopiesCleanup(
            () => _folder.In("none"), () => TimeSpan.Zero, _ => { }, TimeProvider.System, Log.None).Run();
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    private KeptCopiesCleanup Cleanup(TimeSpan? age)
        => new(
            () => _folder.Path, () => age, _ => { }, TimeProvider.System,
            new Log(LogLevel.Debug, (_, _, text) => _lines.Add(text)));

    private void Touch(string name, int days)
    {
        File.WriteAllText(_folder.In(name), "x");
        File.SetLastWriteTimeUtc(_folder.In(name), DateTime.UtcNow.AddDays(-days));
    }
}
