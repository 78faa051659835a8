using System.Globalization;
using System.Text;

namespace MailModule.Authentication.Arc;

/// <summary>The sets of ARC fields of a message, put in order (RFC 8617 §4.2, §5.2 step 3). Cannot be changed.
/// </summary>
internal sealed class ArcChain
{
    public const string ResultsName = "ARC-Authentication-Results";
    public const string MessageName = "ARC-Message-Signature";
    public const string SealName = "ARC-Seal";

    /// <summary>RFC 8617 §4.2.1: more is not valid.</summary>
    public const int InstanceLimit = 50;

    private const int None = -1;

    private readonly HeaderSection _header;
    private readonly int[] _results = NewPlaces(), _messages = NewPlaces(), _seals = NewPlaces();
    private readonly List<ArcSet> _sets = [];

    public ArcChain(HeaderSection header)
    {
        _header = header;
        Gather(ResultsName, _results, InstanceOfResults);
        Gather(MessageName, _messages, InstanceOfTags);
        Gather(SealName, _seals, InstanceOfTags);
        if (!HasFields)
            return;
        if (header.Problem.Length > 0)
            Refuse(header.Problem);
        for (int instance = 1; instance <= Instances; instance++)
            Add(instance);
        if (Fault.Length > 0)
            _sets.Clear();
    }

    /// <summary>The message has fields of ARC, be they good for nothing.</summary>
    public bool HasFields { get; private set; }

    /// <summary>The highest i= there is.</summary>
    public int Instances { get; private set; }

    /// <summary>The sets, that of i=1 first. None where something is wrong.</summary>
    public IReadOnlyList<ArcSet> Sets => _sets;

    /// <summary>What is wrong with the fields, for a human; empty: nothing.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>The value of ARC-Authentication-Results behind its i=, unfolded.</summary>
    public string ReportOf(ArcSet set)
    {
        string text = FieldWords.Unfold(_header.Value(set.Results));
        return text[(text.IndexOf(';', StringComparison.Ordinal) + 1)..].Trim(' ');
    }

    private static int[] NewPlaces()
    {
        int[] places = new int[InstanceLimit + 1];
        Array.Fill(places, None);
        return places;
    }

    private void Gather(string name, int[] places, Func<int, int> instanceOf)
    {
        for (int index = _header.Last(name); index >= 0 && Fault.Length == 0; index = _header.Before(index))
        {
            HasFields = true;
            int instance = instanceOf(index);
            if (instance is < 1 or > InstanceLimit)
                Refuse($"{name} has no i= from 1 to {InstanceLimit}");
            else if (places[instance] != None)
                Refuse($"there are two {name} of i={instance}");
            else
                places[instance] = index;
            Instances = Math.Max(Instances, Math.Clamp(instance, 0, InstanceLimit));
        }
    }

    private void Add(int instance)
    {
        var set = new ArcSet(_results[instance], _messages[instance], _seals[instance]);
        if (set.Results == None || set.Message == None || set.Seal == None)
            Refuse($"the set i={instance} is not whole");
        _sets.Add(set);
    }

    private void Refuse(string fault)
    {
        if (Fault.Length == 0)
            Fault = fault;
    }

    // 0: it has none
    private int InstanceOfTags(int index)
        => TagList.TryParse(Encoding.Latin1.GetString(_header.Value(index)), out TagList tags)
            ? Number(tags.Find("i") ?? "") : 0;

    // RFC 8617 §4.1.1: "i=" and a number and ";" come before all else
    private int InstanceOfResults(int index)
    {
        ReadOnlySpan<byte> value = _header.Value(index);
        int end = value.IndexOf((byte)';');
        ReadOnlySpan<byte> tag = end < 0 ? default : value[..end];
        int equals = tag.IndexOf((byte)'=');
        return equals >= 0 && tag[..equals].Trim(" \t\r\n"u8).SequenceEqual("i"u8)
            ? Number(Encoding.Latin1.GetString(tag[(equals + 1)..].Trim(" \t\r\n"u8))) : 0;
    }

    // RFC 8617 §4.2.1: one digit or two
    private static int Number(string text)
        => text.Length is 1 or 2 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : 0;
}
