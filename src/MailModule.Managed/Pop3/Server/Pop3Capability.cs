using System.Text;
using MailModule.Mail.Logins.Server;
using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>A capability (RFC 2449 §5) as the answer to CAPA names it.</summary>
/// <param name="keyword">In ASCII, with parameters that do not change.</param>
internal sealed class Pop3Capability(string keyword)
{
    /// <summary>In the order in which they are named.</summary>
    public static readonly IReadOnlyList<Pop3Capability> Standard =
    [
        new("TOP"),
        new("UIDL"),
        new("RESP-CODES"),
        new("AUTH-RESP-CODE"),
        new("PIPELINING"),
        // RFC 2449 §6.7: days for which mail stays at the least
        new("EXPIRE")
        {
            Parameters = static (session, output) =>
                Word(output, session.Options.ExpireDays == 0 ? "NEVER" : $"{session.Options.ExpireDays}"),
        },
        // RFC 2449 §6.5: in seconds
        new("LOGIN-DELAY")
        {
            Offers = static session => session.Options.LoginDelay > 0,
            Parameters = static (session, output) => Word(output, $"{session.Options.LoginDelay}"),
        },
        new("USER") { Offers = static session => session.PasswordAllowed },
        new("SASL")
        {
            Offers = static session => Pop3Authentication.Usable(session) != MechanismSet.None,
            Parameters = static (session, output) =>
                ServerMechanisms.ForEach(Pop3Authentication.Usable(session), output, WriteWord),
        },
        // RFC 2595 §4: STLS is announced only where it may be given.
        new("STLS")
        {
            Offers = static session
                => session.Options.OfferStls && !session.IsTls && session.State == Pop3State.Authorization,
        },
        // RFC 6856 §2: names and passwords are UTF-8 as well
        new("UTF8 USER"),
        new("LANG"),
        new("IMPLEMENTATION")
        {
            Parameters = static (session, output) => Word(output, session.Options.Implementation),
        },
    ];

    private readonly byte[] _keyword = Encoding.ASCII.GetBytes(keyword);

    /// <summary>Whether a session offers it now; null: always.</summary>
    public Func<Pop3Session, bool>? Offers { get; init; }

    /// <summary>Writes what stands behind the keyword, blank first; null: nothing.</summary>
    public Action<Pop3Session, Output>? Parameters { get; init; }

    /// <summary>Writes the line if the capability is offered.</summary>
    public void Write(Pop3Session session, Output output)
    {
        if (Offers is not null && !Offers(session))
            return;
        output.Write(_keyword);
        Parameters?.Invoke(session, output);
        output.Write("\r\n"u8);
    }

    private static void Word(Output output, string word)
    {
        output.Write(" "u8);
        output.Write(word);
    }

    private static void WriteWord(Output output, byte[] word)
    {
        output.Write(" "u8);
        output.Write(word);
    }
}
