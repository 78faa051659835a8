using MailModule.Mail;

namespace MailModule.Policy;

/// <summary>
/// Finds the lists that lead to themselves alone: all their members are lists, whose members are lists again, and so
/// on, and none of them names anything else. What is sent to one of these can reach nobody. Pure.
/// </summary>
/// <remarks>
/// A list that names a file leads on, for the file may name anybody; so does one whose member is a user too, for a list
/// that is met again stands for the user of its name. Where such a one proves to reach nobody all the same, its
/// expansion says so.
/// </remarks>
internal static class ListCircles
{
    /// <param name="isUser">Whether an address is a user's, with no regard to lists.</param>
    /// <returns>Compares by reference.</returns>
    public static IReadOnlySet<MailingList> Find(MailingLists lists, Func<MailAddress, bool> isUser)
    {
        HashSet<MailingList> circular = new(
            lists.All.Where(list => list.Files.Count == 0
                && list.Members.All(member => lists.Find(member) is not null && !isUser(member))),
            ReferenceEqualityComparer.Instance);
        Dictionary<MailingList, List<MailingList>> outerOf = new(ReferenceEqualityComparer.Instance);
        var leadOn = new Queue<MailingList>();
        foreach (MailingList outer in circular)
            foreach (MailAddress member in outer.Members)
                AddOuter(outerOf, leadOn, lists.Find(member)!, outer, circular);
        while (leadOn.TryDequeue(out MailingList? inner))
            foreach (MailingList outer in outerOf.GetValueOrDefault(inner, []))
                if (circular.Remove(outer))
                    leadOn.Enqueue(outer);
        return circular;
    }

    private static void AddOuter(
        Dictionary<MailingList, List<MailingList>> outerOf, Queue<MailingList> leadOn, MailingList inner,
        MailingList outer, HashSet<MailingList> circular)
    {
        if (!outerOf.TryGetValue(inner, out List<MailingList>? outers))
        {
            outerOf[inner] = outers = [];
            if (!circular.Contains(inner))
                leadOn.Enqueue(inner);
        }
        outers.Add(outer);
    }
}
