using MailModule.Dns;

namespace MailModule.Authentication.Checks;

/// <summary>
/// A resolver whose answers are waited for as long as there is time: that runs from the first question on whose answer
/// is not there at once. Any thread.
/// </summary>
internal sealed class TimedDns(IDns dns, QuestionTime time) : IDns
{
    public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
    {
        ValueTask<DnsAnswer> answer = dns.Ask(question, cancel);
        if (!answer.IsCompleted)
            time.Run();
        return answer;
    }
}
