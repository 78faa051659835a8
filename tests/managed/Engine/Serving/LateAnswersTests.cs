using MailModule.Engine.Serving;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Serving;

public class LateAnswersTests
{
    private readonly TurnedTimers _clock = new();
    private readonly List<IJob> _jobs = [];
    private readonly LateAnswers _answers;

    public LateAnswersTests() => _answers = new LateAnswers(_clock);

    [Fact]
    public void An_answer_comes_when_its_time_has_come()
    {
        Wait(2);
        Wait(1);
        _clock.Turn(0.9);
        Assert.Empty(_jobs);
        _clock.Turn(0.1);
        Assert.Single(_jobs);
        _clock.Turn(1);
        Assert.Equal((2, 0), (_jobs.Count, _answers.Count));
    }

    [Fact]
    public void A_server_that_stops_waits_for_no_answer()
    {
        Wait(2);
        Wait(60);
        _answers.Stop();
        Assert.Equal((2, 0), (_jobs.Count, _answers.Count));
        Wait(60);
        Assert.Equal(3, _jobs.Count);
        _clock.Turn(100);
        Assert.Equal(3, _jobs.Count);
    }

    private void Wait(int seconds) => _answers.After(TimeSpan.FromSeconds(seconds), _jobs.Add, new NoJob());

    private sealed class NoJob : IJob
    {
        public void Run()
        {
        }
    }
}
