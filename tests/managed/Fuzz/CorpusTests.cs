using System.Text;
using MailModule.Tests.Fuzz.Targets;
using MailModule.Tests.Support;

namespace MailModule.Tests.Fuzz;

/// <summary>
/// What <c>./build.sh fuzz</c> runs for as long as one likes, here with the corpus (tests/fuzz/corpus) and with changes
/// of it that are the same each time. A find of the fuzzer becomes a file there.
/// </summary>
public class CorpusTests
{
    private const int ChangesOfATarget = 1500;
    private const int LengthLimit = 8192;
    private const int LongestCut = 600;
    private const string SharedUsing = "using MailModule.Tests.";

    private static readonly byte[][] s_words =
    [
        .. ((string[])["\r\n", "\n", "\r", ".", "\r\n.\r\n", "\0", " ", "<", ">", "\"", "\\", "@", "=", "$", "(", ")",
            "#", ":", ";", ",", "-", "\xff", "\t"]).Select(Encoding.Latin1.GetBytes),
    ];

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(target => target.Name)];

    [Fact]
    public void Each_target_has_a_corpus_and_each_corpus_a_target()
        => Assert.Equal(FuzzTarget.All.Select(target => target.Name).Order(StringComparer.Ordinal),
            Directory.EnumerateDirectories(Corpus).Select(folder => Path.GetFileName(folder)!)
                .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_a_target_promises_holds_for_its_corpus(string name)
    {
        string[] files = FilesOf(name);
        Assert.NotEmpty(files);
        foreach (string file in files)
            Check(name, File.ReadAllBytes(file), file);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_a_target_promises_holds_for_changes_of_its_corpus(string name)
    {
        byte[][] seeds = [.. FilesOf(name).Select(File.ReadAllBytes)];
        var random = new Random(9);
        for (int round = 0; round < ChangesOfATarget; round++)
            Check(name, Changed(seeds[random.Next(seeds.Length)], seeds, random), $"change {round}");
    }

    /// <summary>Targets whose second octet is the state in which a session begins.</summary>
    public static TheoryData<string, int> TargetsOfSessions => new()
    {
        { "smtp-session", SmtpOpenings.All.Count },
        { "handled-session", HandledSessionTarget.Openings.Count },
        { "pop3-handled", HandledPop3Target.Openings },
    };

    [Theory]
    [MemberData(nameof(TargetsOfSessions))]
    public void What_a_target_promises_holds_from_every_state_of_a_session(string name, int states)
    {
        foreach (string file in FilesOf(name))
            for (int state = 0; state < states; state++)
            {
                byte[] input = File.ReadAllBytes(file);
                input[1] = (byte)state;
                Check(name, input, $"{file} in state {state}");
            }
    }

    [Theory]
    [InlineData("pop3-client", 2)]
    [InlineData("pop3-handled", HandledPop3Target.HeadLength)]
    public void What_a_target_promises_holds_for_every_prefix_of_its_corpus(string name, int head)
    {
        foreach (string file in FilesOf(name))
        {
            byte[] input = File.ReadAllBytes(file);
            for (int length = head; length < Math.Min(input.Length, LongestCut); length++)
                Check(name, input[..length], $"the first {length} octets of {file}");
        }
    }

    [Fact]
    public void The_program_of_the_fuzzer_has_what_targets_share_with_tests()
    {
        string project = File.ReadAllText(Repository.In("tests", "fuzz", "MailModule.Fuzz.csproj"));
        string[] shared = [.. Directory.EnumerateFiles(Repository.In("tests", "managed", "Fuzz", "Targets"))
            .SelectMany(File.ReadAllLines).Where(line => line.StartsWith(SharedUsing, StringComparison.Ordinal))
            .Select(line => line[SharedUsing.Length..^1].Replace('.', '/')).Distinct()];
        Assert.NotEmpty(shared);
        Assert.All(shared, folder => Assert.Contains($"../managed/{folder}/", project, StringComparison.Ordinal));
    }

    [Fact]
    public void The_corpus_is_small()
    {
        long octets = FuzzTarget.All.SelectMany(target => FilesOf(target.Name)).Sum(file => new FileInfo(file).Length);
        Assert.InRange(octets, 1, 400_000);
        Assert.All(FuzzTarget.All, target => Assert.InRange(FilesOf(target.Name).Length, 1, 60));
    }

    private static string Corpus => Repository.In("tests", "fuzz", "corpus");

    private static string[] FilesOf(string name)
        => [.. Directory.EnumerateFiles(Path.Combine(Corpus, name)).Order(StringComparer.Ordinal)];

    private static void Check(string name, byte[] input, string what)
    {
        try
        {
            FuzzTarget.Find(name)!.Check(input);
        }
        catch (Exception found)
        {
            Assert.Fail($"{name}, {what}: {found}\n{Convert.ToBase64String(input)}");
        }
    }

    private static byte[] Changed(byte[] seed, byte[][] seeds, Random random)
    {
        var octets = new List<byte>(seed);
        for (int left = random.Next(1, 5); left > 0; left--)
            Change(octets, seeds, random);
        return [.. octets.Take(LengthLimit)];
    }

    private static void Change(List<byte> octets, byte[][] seeds, Random random)
    {
        int at = random.Next(octets.Count + 1);
        switch (random.Next(6))
        {
            case 0:
                octets.InsertRange(at, seeds[random.Next(seeds.Length)].Take(random.Next(64)));
                break;
            case 1:
                octets.RemoveRange(at, random.Next(Math.Min(16, octets.Count - at) + 1));
                break;
            case 2:
                octets.InsertRange(at, octets[at..Math.Min(octets.Count, at + random.Next(64))]);
                break;
            case 3:
                octets.InsertRange(at, s_words[random.Next(s_words.Length)]);
                break;
            default:
                if (at < octets.Count)
                    octets[at] = (byte)(random.Next(3) == 0 ? random.Next(256) : octets[at] ^ 1 << random.Next(8));
                break;
        }
    }
}
