using MailModule.Authentication.Dmarc;
using MailModule.Primitives;

namespace MailModule.Authentication.Checks;

/// <summary>Whom a message says to be from, as who reads it will see it.</summary>
internal static class MessageAuthor
{
    /// <summary>
    /// A byte order mark hides the name of the first field from who counts fields, and is left out of what is stored
    /// (<see cref="Mail.HeaderFilter"/>).
    /// </summary>
    public static AuthorDomain Of(HeaderSection header)
        => header.Count == 0 || ByteOrderMark.Skip(header.Field(0)).Length == header.Field(0).Length
            ? AuthorDomain.Of(header)
            : AuthorDomain.Of(WithoutMark(header));

    private static HeaderSection WithoutMark(HeaderSection header)
    {
        var octets = new List<byte>();
        octets.AddRange(ByteOrderMark.Skip(header.Field(0)));
        for (int i = 1; i < header.Count; i++)
            octets.AddRange(header.Field(i));
        return new HeaderSection(octets.ToArray(), header.IsCut);
    }
}
