using System.Globalization;
using MailModule.Engine.Settings;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Settings;

/// <summary>Settings that have many values: what they are, and what one more costs.</summary>
public class SettingListTests
{
    [Fact]
    public void A_value_takes_the_place_of_an_earlier_one_of_its_name()
    {
        SettingList list = SettingList.Empty.With(Item("ann", "1")).With(Item("bob", "2"));
        Assert.Equal(["ann 1", "bob 2"], Shown(list));
        SettingList later = list.With(Item("cat", "3")).With(Item("ann", "4")).With(Item("cat", "5"));
        Assert.Equal(["ann 4", "bob 2", "cat 5"], Shown(later));
        Assert.Equal(["ann 1", "bob 2"], Shown(list));
    }

    [Fact]
    public void Two_lists_grow_from_one_apart()
    {
        SettingList list = SettingList.Empty.With(Item("ann", "1"));
        SettingList left = list.With(Item("bob", "2"));
        SettingList right = list.With(Item("cat", "3"));
        Assert.Equal(["ann 1", "cat 3"], Shown(right));
        Assert.Equal(["ann 1", "bob 2"], Shown(left));
        Assert.Equal(["ann 1"], Shown(list));
    }

    [Fact]
    public void The_values_of_a_list_are_one_array()
    {
        SettingList list = SettingList.Empty.With(Item("ann", "1"));
        Assert.Same(list.Items, list.Items);
        Assert.Same(SettingList.Empty.Items, SettingList.Empty.Items);
    }

    [Fact]
    public void What_is_set_often_without_a_reader_is_put_together_by_itself()
    {
        SettingList list = SettingList.Empty;
        for (int i = 0; i < 20_000; i++)
            list = list.With(Item(i % 2 == 0 ? "ann" : $"user{i}", $"{i}"));
        SettingListItem[] items = list.Items;
        Assert.Equal(10_001, items.Length);
        Assert.Equal("19998", items[0].Text);
        Assert.Equal("user19999", items[^1].Name);
    }

    [Fact]
    public void One_user_more_costs_the_same_however_many_there_are()
    {
        var settings = new EngineSettings(new Log(LogLevel.Error, (_, _, _) => { }));
        AddUsers(settings, 0, 100); // what is made once, at the first use
        long first = AddUsers(settings, 100, 1000);
        AddUsers(settings, 1100, 7000);
        long last = AddUsers(settings, 8100, 1000);
        Assert.Equal(9100, settings.Current.Accounts.Count);
        Assert.True(last < 2 * first, $"a thousand users took {first} octets at first, {last} behind 8,000");
    }

    /// <returns>Octets that were allocated.</returns>
    private static long AddUsers(EngineSettings settings, int first, int count)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = first; i < first + count; i++)
        {
            string user = string.Create(CultureInfo.InvariantCulture, $"user{i};secret;;PS");
            Assert.Equal(Fault.None, settings.Set("user", user, out _));
        }
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static SettingListItem Item(string name, string text) => new(name, text, "/");

    private static IEnumerable<string> Shown(SettingList list) => list.Items.Select(item => $"{item.Name} {item.Text}");
}
