using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MailModule.Authentication;
using MailModule.Authentication.Arc;
using MailModule.Authentication.Dkim;
using MailModule.Tests.Authentication.Dkim;
using MailModule.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace MailModule.Tests.Authentication.Arc;

/// <summary>The suite of others for ARC (tests/vectors/arc), whole: what is valid, and what a sealer writes.</summary>
public class ArcSuiteTests
{
    private static readonly Regex BlanksBehindBar = new(@"(\|\n) +(?=\n)");
    private static readonly Regex NameOfTest = new(@"(?<=\n)  \w+(?=:\n)");

    private static readonly Regex SealSignature = new("(arc-seal:.*? b=)[^;]*");
    private static readonly Regex MessageSignature = new(@"(?<=ARC-Message-Signature:[^;]*;\s*)b=[^;]*");

    private const string Validation = "arc-draft-validation-tests.yml", Sealing = "arc-draft-sign-tests.yml";

    [Fact]
    public void The_suite_is_there_whole()
        => Assert.Equal((175, 17), (TestsOf(Validation).Count(), TestsOf(Sealing).Count()));

    [Fact]
    public async Task Chains_are_judged_as_the_suite_has_it()
    {
        var wrong = new List<string>();
        foreach ((YamlNode suite, string name, YamlNode test) in TestsOf(Validation))
            foreach (int size in Passing.Sizes)
            {
                ArcResult result = await Validate(Octets(test.Text("message")), size, ZoneOf(suite));
                // Of a chain whose last seal says that it failed the suite's draft had no result; RFC 8617 §5.2 has.
                string expected = test.Text("cv") is { Length: > 0 } text ? text : "Fail";
                if (result.Result.ToString() != expected)
                    wrong.Add($"{name}: {result.Result} {result.Text}, not {expected}");
            }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Messages_are_sealed_as_the_suite_has_it()
    {
        var wrong = new List<string>();
        foreach ((YamlNode suite, string name, YamlNode test) in TestsOf(Sealing))
        {
            byte[] message = Octets(test.Text("message"));
            string written = Seal(message, suite, test);
            string expected = FieldsOf(test);
            // The suite's seals cover a b= on one line, which it shows folded, as ours is: so they differ.
            if (WithoutSeal(Relaxed(written)) != WithoutSeal(Relaxed(expected)))
                wrong.Add($"{name}:\n{Relaxed(written)}\nnot\n{Relaxed(expected)}");
            if (written.Length == 0)
                continue;
            bool isFailed = test.Text("AS").Contains("cv=fail", StringComparison.Ordinal);
            foreach (string fields in (string[])[written, OnOneLine(expected)])
                wrong.AddRange(await Judge(name, fields, message, isFailed, ZoneOf(suite)));
        }
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
    }

    // Both ours and the suite's are right. Of a chain that failed nobody looks at the last seal.
    private static async Task<IEnumerable<string>> Judge(
        string name, string fields, byte[] message, bool isFailed, ZoneDns zone)
    {
        ArcResult result = await Validate([.. Octets(fields), .. message], 64, zone);
        if (!isFailed)
            return result.Result == AuthResult.Pass ? [] : [$"{name}: {result.Result} {result.Text}\n{fields}"];
        bool isToldSo = result.Text.StartsWith("the chain failed at", StringComparison.Ordinal);
        return result.Result == AuthResult.Fail && isToldSo
            ? [] : [$"{name}: {result.Result} {result.Text}"];
    }

    private static string FieldsOf(YamlNode test) => string.Concat(
        Field("ARC-Seal", test.Text("AS")), Field("ARC-Message-Signature", test.Text("AMS")),
        Field("ARC-Authentication-Results", test.Text("AAR")));

    private static string WithoutSeal(string fields) => SealSignature.Replace(fields, "$1");

    private static string OnOneLine(string fields)
        => MessageSignature.Replace(fields, static b => string.Concat(b.Value.Where(letter => letter > ' ')));

    private static string Seal(byte[] message, YamlNode suite, YamlNode test)
    {
        var clock = new FixedClock(long.Parse(test.Text("t"), CultureInfo.InvariantCulture));
        var key = new DkimKey(suite.Text("domain"), suite.Text("sel"), ShortKey.Read(suite.Text("privatekey")));
        var sealing = new ArcSealing(key, test.Text("srv-id"), clock)
        { SignedFields = test.Text("sig-headers").Split(':') };
        Passing.Pass(message, 7, sealing);
        var output = new ArrayBufferWriter<byte>();
        sealing.WriteFields(output);
        Assert.Equal(output.WrittenCount > 0, sealing.IsSealed);
        string written = Encoding.ASCII.GetString(output.WrittenSpan);
        Assert.All(written.Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
        return written;
    }

    private static async Task<ArcResult> Validate(byte[] message, int size, ZoneDns zone)
    {
        var validation = new ArcValidation(TimeProvider.System);
        Passing.Pass(message, size, validation);
        validation.BeginLookUps(zone, default);
        return await validation.Complete();
    }

    private static string Field(string name, string value)
        => value.Length == 0 ? "" : $"{name}: {value.Trim().Replace("\n", "\n\t", StringComparison.Ordinal)}\n";

    // Each field in its relaxed form: what the suite says and what signatures see.
    private static string Relaxed(string fields)
    {
        var header = new HeaderSection(Octets(fields));
        var output = new ArrayBufferWriter<byte>();
        for (int index = 0; index < header.Count; index++)
        {
            CanonicalField.Write(header.Field(index), Canonicalization.Relaxed, output);
            output.Write("\n"u8);
        }
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }

    private static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);

    private static ZoneDns ZoneOf(YamlNode suite)
    {
        var zone = new ZoneDns();
        foreach ((string name, YamlNode text) in suite.Entries("txt-records"))
            zone.Txt(name, text.Text().Replace("\n", "", StringComparison.Ordinal));
        return zone;
    }

    private static IEnumerable<(YamlNode Suite, string Name, YamlNode Test)> TestsOf(string file)
        => YamlText.Documents(TextOf(file)).SelectMany(
            suite => suite.Entries("tests").Select(test => ((YamlNode)suite, test.Key, test.Value)));

    // What the reader of YAML takes for wrong, and the suite's own does not: a text of blanks alone, and a name that
    // stands twice, which gets a number, so that both tests are there.
    private static string TextOf(string file)
    {
        string text = File.ReadAllText(Repository.In("tests", "vectors", "arc", file));
        var seen = new Dictionary<string, int>();
        text = BlanksBehindBar.Replace(text, "$1");
        return NameOfTest.Replace(text, name =>
        {
            int times = seen[name.Value] = seen.GetValueOrDefault(name.Value) + 1;
            return times == 1 ? name.Value : $"{name.Value}_{times}";
        });
    }

    private sealed class FixedClock(long seconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(seconds);
    }
}
