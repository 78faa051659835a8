using MailModule.Authentication;

namespace MailModule.Tests.Authentication;

public class RecentTextsTests
{
    [Fact]
    public void What_was_kept_is_found_by_its_text()
    {
        var recent = new RecentTexts<object>(10);
        object one = new(), other = new();
        recent.Keep("one", one);
        recent.Keep("other", other);
        Assert.Same(one, recent.Find("one"));
        Assert.Same(other, recent.Find("and other".AsSpan(4)));
        Assert.Null(recent.Find("One"));
    }

    [Fact]
    public void What_nobody_asks_for_is_forgotten_and_what_is_asked_for_stays()
    {
        var recent = new RecentTexts<object>(10);
        object asked = new();
        recent.Keep("asked", asked);
        recent.Keep("forgotten", new object());
        for (int number = 0; number < 100; number++)
        {
            recent.Keep($"{number}", new object());
            Assert.Same(asked, recent.Find("asked"));
        }
        Assert.Null(recent.Find("forgotten"));
        Assert.Null(recent.Find("0"));
        Assert.True(Enumerable.Range(0, 100).Count(number => recent.Find($"{number}") is not null) < 10);
    }
}
