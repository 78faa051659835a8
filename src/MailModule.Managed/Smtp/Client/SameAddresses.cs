using MailModule.Mail;

namespace MailModule.Smtp.Client;

/// <summary>
/// Which recipients of a transaction have the same address: it is said once, and the answer is for all of them. The
/// default, and one of recipients that all differ, is empty.
/// </summary>
internal readonly struct SameAddresses
{
    /// <summary>Up to here comparing each with each is quicker than a table.</summary>
    private const int FewRecipients = 16;

    /// <summary>By recipient: the first that has its address; null where all differ.</summary>
    private readonly int[]? _firsts;

    private SameAddresses(int[]? firsts) => _firsts = firsts;

    public static SameAddresses In(IReadOnlyList<Recipient> recipients)
    {
        if (recipients.Count < 2)
            return default;
        int[]? firsts = null;
        var indices = recipients.Count > FewRecipients ? new Dictionary<MailAddress, int>(recipients.Count) : null;
        for (int i = 0; i < recipients.Count; i++)
        {
            int first = indices is null ? FirstLike(i, recipients) : FirstLike(i, recipients, indices);
            if (first < i)
                firsts ??= [.. Enumerable.Range(0, recipients.Count)];
            if (firsts is not null)
                firsts[i] = first;
        }
        return new SameAddresses(firsts);
    }

    public bool IsEmpty => _firsts is null;

    /// <summary>
    /// The first recipient with the address of this one: itself, unless the address stood there before.
    /// </summary>
    public int FirstOf(int recipient) => _firsts is null ? recipient : _firsts[recipient];

    /// <summary>
    /// What is said for all who have the address of the first: with the reports that any of them wants (RFC 3461 §4.1).
    /// </summary>
    public Recipient Said(int first, IReadOnlyList<Recipient> recipients)
    {
        Recipient said = recipients[first];
        for (int i = first + 1; _firsts is not null && i < _firsts.Length; i++)
            if (_firsts[i] == first)
                said = said with
                {
                    Notify = Both(said.Notify, recipients[i].Notify),
                    OriginalRecipient = said.OriginalRecipient ?? recipients[i].OriginalRecipient,
                };
        return said;
    }

    private static Notify Both(Notify one, Notify other)
    {
        if (one == other || other == Notify.Never)
            return one;
        if (one == Notify.Never)
            return other;
        return Explicit(one) | Explicit(other);
    }

    private static Notify Explicit(Notify notify)
        => notify == Notify.Default ? Notify.Failure | Notify.Delay : notify;

    private static int FirstLike(int index, IReadOnlyList<Recipient> recipients)
    {
        MailAddress address = recipients[index].Address;
        int first = 0;
        while (first < index && !recipients[first].Address.Equals(address))
            first++;
        return first;
    }

    private static int FirstLike(int index, IReadOnlyList<Recipient> recipients, Dictionary<MailAddress, int> indices)
        => indices.TryAdd(recipients[index].Address, index) ? index : indices[recipients[index].Address];
}
