using MailModule.Tests.Support;

namespace MailModule.Tests.Dns.Contract;

/// <summary>The table of promises in decision 0011, held against the tests.</summary>
public class DecisionTests
{
    [Fact]
    public void The_decision_names_each_promise_and_each_difference()
    {
        string[] rows = [.. File.ReadLines(Repository.In("docs", "decisions", "0011-a-small-resolver-of-our-own.md"))
            .Where(line => line.StartsWith('|'))];
        Assert.All(DnsContract.Promises, promise =>
        {
            string row = Assert.Single(rows, row => row.Contains($"`{promise}`", StringComparison.Ordinal));
            bool isKept = !DnsClientContractTests.NamedDifferences.ContainsKey(promise);
            Assert.Equal(isKept, row.Split('|')[3].Trim().StartsWith("kept", StringComparison.Ordinal));
        });
    }
}
