using System.Net;
using MailModule.Authentication;
using MailModule.Authentication.Spf;
using MailModule.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace MailModule.Tests.Authentication.Spf;

/// <summary>The suite of the SPF community for RFC 7208, whole, as it is in tests/vectors.</summary>
public class SpfSuiteTests
{
    /// <summary>What the suite calls a fail without an explanation of the domain's own.</summary>
    private const string DefaultExplanation = "DEFAULT";

    private static readonly IReadOnlyList<YamlMappingNode> Sections
        = YamlText.OfFile("spf", "rfc7208-tests.yml");

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (YamlMappingNode section in Sections)
                foreach ((string name, _) in section.Entries("tests"))
                    cases.Add(section.Text("description"), name);
            return cases;
        }
    }

    [Fact]
    public void The_suite_is_there_whole() => Assert.Equal(203, Cases.Count);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_suite_passes(string section, string name)
    {
        YamlMappingNode found = Sections.Single(one => one.Text("description") == section);
        YamlNode test = found.Find("tests")!.Find(name)!;
        var check = new SpfCheck(Zone(found), "receiver.example.net", TimeProvider.System);
        SpfResult result = await check.Check(
            SpfIdentity.MailFrom, IPAddress.Parse(test.Text("host")), test.Text("mailfrom"), test.Text("helo"),
            CancellationToken.None);
        Assert.Contains(result.Result.ToString().ToLowerInvariant(), test.Find("result")!.Texts());
        string expected = test.Text("explanation");
        if (expected.Length > 0)
            Assert.Equal(expected == DefaultExplanation ? "" : expected, result.Explanation);
    }

    internal static ZoneDns Zone(YamlMappingNode section)
    {
        var zone = new ZoneDns();
        foreach ((string name, YamlNode entries) in section.Entries("zonedata"))
            Fill(zone, name, (YamlSequenceNode)entries);
        return zone;
    }

    private static void Fill(ZoneDns zone, string name, YamlSequenceNode entries)
    {
        KeyValuePair<string, YamlNode>[] records
            = [.. entries.OfType<YamlMappingNode>().SelectMany(entry => entry.Entries())];
        // The suite's own rule: type SPF stands for TXT as well, where the name has none.
        bool hasTxt = records.Any(record => record.Key == "TXT");
        foreach ((string type, YamlNode value) in records)
            Fill(zone, name, type == "SPF" && !hasTxt ? "TXT" : type, value.Texts());
        if (entries.Any(entry => entry.Text() == "TIMEOUT"))
            zone.Silent(name);
    }

    private static void Fill(ZoneDns zone, string name, string type, IReadOnlyList<string> value) => _ = type switch
    {
        "TXT" when value is ["NONE"] => zone.Txt(name),
        "TXT" => zone.Txt(name, string.Concat(value)),
        "SPF" => zone.Txt(name),
        "A" or "AAAA" => zone.Address(name, value[0]),
        "MX" => zone.Mx(name, (int.Parse(value[0]), value[1])),
        "PTR" => zone.Ptr(name, value[0]),
        "CNAME" => zone.Cname(name, value[0]),
        _ => throw new InvalidOperationException($"{name}: {type} is unknown"),
    };
}
