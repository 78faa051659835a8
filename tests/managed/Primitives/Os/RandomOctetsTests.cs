using MailModule.Primitives.Os;

namespace MailModule.Tests.Primitives.Os;

/// <summary>Random octets from the system, without a library.</summary>
public class RandomOctetsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(100_000)]
    public void As_many_come_as_are_asked_for(int count) => Assert.Equal(count, RandomOctets.Get(count).Length);

    [Fact]
    public void Two_are_never_alike()
    {
        Assert.NotEqual(RandomOctets.Hex(16), RandomOctets.Hex(16));
        Assert.Equal(32, RandomOctets.Hex(16).Length);
    }

    [Fact]
    public void Every_choice_comes_about_as_often_as_any_other()
    {
        Span<char> chosen = new char[62_000];
        RandomOctets.Choose("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", chosen);
        int[] counts = [.. chosen.ToArray().GroupBy(choice => choice).Select(group => group.Count())];
        Assert.Equal(62, counts.Length);
        Assert.All(counts, count => Assert.InRange(count, 800, 1200));
    }
}
