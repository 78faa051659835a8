using MailModule.Authentication.Dmarc;
using MailModule.Primitives;

namespace MailModule.Authentication.Checks;

/// <summary>Whom a message says to be from, as who reads it will see it.</summary>
internal static class MessageAuthor
{
    private const string Field = "From";

    public static AuthorDomain Of(HeaderSection header)
    {
        var values = new List<ReadOnlyMemory<byte>>();
        AddAll(values, header);
        // A byte order mark hides the name of the first field here, and is left out of what is stored
        // (Mail.HeaderFilter).
        if (header.Count > 0 && ByteOrderMark.Skip(header.Field(0)) is var first
            && first.Length < header.Field(0).Length)
            AddAll(values, new HeaderSection(first.ToArray()));
        return AuthorDomain.Of(values, header.IsCut);
    }

    private static void AddAll(List<ReadOnlyMemory<byte>> values, HeaderSection header)
    {
        for (int index = header.Last(Field); index >= 0; index = header.Before(index))
            values.Add(header.Value(index).ToArray());
    }
}
