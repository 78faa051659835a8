using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Primitives;
using MailModule.Tests.Delivery.Local;

namespace MailModule.Tests.Engine.Retrieving;

public class BreakingMessagesTests
{
    private readonly SteppedClock _clock = new();
    private readonly BreakingMessages _messages;

    public BreakingMessagesTests() => _messages = new BreakingMessages(_clock);

    [Fact]
    public void The_next_look_tries_it_and_others_after_pauses_that_grow_to_an_hour()
    {
        foreach (int minutes in new[] { 0, 1, 2, 4, 8, 16, 32, 64, 64 })
        {
            Add("u1");
            if (minutes > 0)
            {
                _clock.Turn(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
                Assert.False(IsDue("u1"), $"{minutes}");
                _clock.Turn(TimeSpan.FromSeconds(1));
            }
            Assert.True(IsDue("u1"), $"{minutes}");
        }
        _messages.Remove("box", "u1");
        Assert.Empty(Of("u1"));
        Add("u1");
        Assert.True(IsDue("u1"));
    }

    [Fact]
    public void What_is_not_listed_any_more_is_forgotten_and_each_mailbox_has_its_own()
    {
        Add("u1");
        Add("u1");
        Add("u2");
        _messages.Add("other", "u1", Fault.Closed, ClientStage.None, "");
        Assert.Equal(["u2"], Of("u2", "u3").Keys);
        Assert.Equal(1, _messages.Of("other", new HashSet<string> { "u1" })["u1"].Times);
        Assert.Empty(Of());
        Assert.Empty(Of("u2"));
    }

    private void Add(string id) => _messages.Add("box", id, Fault.Timeout, ClientStage.Content, "why");

    private bool IsDue(string id) => _messages.IsDue(Of(id)[id]);

    private IReadOnlyDictionary<string, BreakingMessage> Of(params string[] listed)
        => _messages.Of("box", listed.ToHashSet());
}
