using MailModule.Dns;
using MailModule.Mail;

namespace MailModule.Engine.Sending;

/// <summary>The addresses of a draft, with domains as other hosts know them.</summary>
internal sealed record DraftAddresses(
    NamedAddress From, IReadOnlyList<NamedAddress> To, IReadOnlyList<NamedAddress> Cc, IReadOnlyList<NamedAddress> Bcc)
{
    /// <summary>In the order of the lists.</summary>
    public IEnumerable<NamedAddress> Recipients => To.Concat(Cc).Concat(Bcc);

    /// <summary>Null, and what is wrong, for a person.</summary>
    public static DraftAddresses? Read(MailDraft draft, out string? problem)
    {
        NamedAddress? from = ReadFrom(draft, out problem);
        IReadOnlyList<NamedAddress> to = ReadList("to", draft.To, ref problem);
        IReadOnlyList<NamedAddress> cc = ReadList("cc", draft.Cc, ref problem);
        IReadOnlyList<NamedAddress> bcc = ReadList("bcc", draft.Bcc, ref problem);
        if (to.Count + cc.Count + bcc.Count == 0)
            problem ??= "the mail has no recipient";
        return problem is null ? new DraftAddresses(from!, to, cc, bcc) : null;
    }

    private static NamedAddress? ReadFrom(MailDraft draft, out string? problem)
    {
        problem = null;
        bool isNull = draft.From is "" or "<>";
        if (isNull && draft.IsMadeHere)
            problem = "a message that is made here has a sender: from is empty";
        if (isNull)
            return new NamedAddress("", MailAddress.Null);
        IReadOnlyList<NamedAddress> from = ReadList("from", draft.From, ref problem);
        if (from.Count != 1)
            problem ??= "from is one address";
        return problem is null ? from[0] : null;
    }

    /// <param name="argument">The list's name in the problem.</param>
    private static IReadOnlyList<NamedAddress> ReadList(string argument, string? text, ref string? problem)
    {
        if (problem is not null || string.IsNullOrEmpty(text))
            return [];
        if (!AddressListParser.TryParse(text, out IReadOnlyList<NamedAddress> addresses, out string wrong))
            problem = $"{argument}: {wrong}";
        var ascii = new List<NamedAddress>(addresses.Count);
        foreach (NamedAddress one in addresses)
        {
            if (!AddressDomain.TryMakeAscii(one.Address, out MailAddress address))
                problem ??= $"{argument}: no name server can know this domain: {one.Address}";
            ascii.Add(one with { Address = address });
        }
        return ascii;
    }
}
