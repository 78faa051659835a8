using MailModule.Dns;
using MailModule.Dns.Wire;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Responses of DNS servers, taken for answers to the question that they carry: nothing is read past their end, what
/// is kept is in proportion to them, and their names are names. Another question, or another id, never matches.
/// </summary>
internal static class DnsAnswerTarget
{
    private const int HeaderLength = 12;

    /// <summary>Octets made of one octet of a response at most: a name of 255 may stand behind two.</summary>
    private const int Growth = 2000;

    public static void Check(byte[] input)
    {
        Question asked = QuestionOf(input);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ResponseMatch match = ResponseReader.Read(input, asked, out Response? response);
        long made = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(made <= 65_536 + Growth * (long)input.Length, $"{made} octets made of {input.Length}");
        Assert.Equal(match == ResponseMatch.Matches, response is not null);
        CheckOthers(input, asked, match);
        foreach (AnswerRecord answer in response?.Answers ?? [])
            foreach (string name in NamesOf(answer.Record))
                CheckName(name);
    }

    private static Question QuestionOf(byte[] input)
    {
        if (input.Length < HeaderLength)
            return new Question(1, "example.org", DnsType.Mx);
        int at = HeaderLength;
        bool hasName = DnsName.TryRead(input, ref at, out string name) && at + 2 <= input.Length;
        DnsType type = hasName ? (DnsType)(input[at] << 8 | input[at + 1]) : DnsType.A;
        return new Question((ushort)(input[0] << 8 | input[1]), hasName ? name : "example.org", type);
    }

    private static void CheckOthers(byte[] input, Question asked, ResponseMatch match)
    {
        Question otherId = asked with { Id = (ushort)(asked.Id ^ 1) };
        Assert.Equal(ResponseMatch.Mismatched, ResponseReader.Read(input, otherId, out _));
        // A bare header, which says that the server does not understand, has no name to compare.
        if (match == ResponseMatch.Matches && input.Length > HeaderLength && (input[4] | input[5]) != 0)
        {
            Question otherName = asked with { Name = asked.Name + "x" };
            Assert.Equal(ResponseMatch.Mismatched, ResponseReader.Read(input, otherName, out _));
            Question otherType = asked with { Type = (DnsType)((int)asked.Type ^ 1) };
            Assert.Equal(ResponseMatch.Mismatched, ResponseReader.Read(input, otherType, out _));
        }
    }

    private static string[] NamesOf(DnsRecord record) => record switch
    {
        MxRecord mx => [mx.Name, mx.Exchange],
        NameRecord name => [name.Name, name.Target],
        SoaRecord soa => [soa.Name, soa.Server],
        _ => [record.Name],
    };

    private static void CheckName(string name)
    {
        Span<byte> octets = stackalloc byte[DnsName.OctetLimit];
        Assert.True(DnsName.TryWrite(name, octets, out int length), $"a name that cannot be asked for: {name}");
        int at = 0;
        Assert.True(DnsName.TryRead(octets[..length], ref at, out string again) && at == length);
        Assert.Equal(name, again);
    }
}
