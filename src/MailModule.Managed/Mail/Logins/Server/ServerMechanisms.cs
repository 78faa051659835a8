using System.Text;

namespace MailModule.Mail.Logins.Server;

/// <summary>The mechanisms by their names, and the exchange of each.</summary>
internal static class ServerMechanisms
{
    private static readonly (MechanismSet Mechanism, byte[] Name, Func<LoginChannel, SaslExchange> Make)[] s_all =
    [
        Row(MechanismSet.ScramSha256Plus, "SCRAM-SHA-256-PLUS", Scram(ScramHash.Sha256, isBound: true)),
        Row(MechanismSet.ScramSha1Plus, "SCRAM-SHA-1-PLUS", Scram(ScramHash.Sha1, isBound: true)),
        Row(MechanismSet.ScramSha256, "SCRAM-SHA-256", Scram(ScramHash.Sha256, isBound: false)),
        Row(MechanismSet.ScramSha1, "SCRAM-SHA-1", Scram(ScramHash.Sha1, isBound: false)),
        Row(MechanismSet.External, "EXTERNAL", static _ => new ExternalExchange()),
        Row(MechanismSet.OAuthBearer, "OAUTHBEARER", OAuth(isXOAuth2: false)),
        Row(MechanismSet.XOAuth2, "XOAUTH2", OAuth(isXOAuth2: true)),
        Row(MechanismSet.CramMd5, "CRAM-MD5", CramMd5),
        Row(MechanismSet.Plain, "PLAIN", static _ => new PlainExchange()),
        Row(MechanismSet.Login, "LOGIN", static _ => new LoginExchange()),
    ];

    /// <summary>For settings: in the order of an offer.</summary>
    public static IEnumerable<string> Names => s_all.Select(row => Encoding.ASCII.GetString(row.Name));

    /// <summary>None for a name that is not known; letters' case does not count (RFC 4422 §3.1).</summary>
    public static MechanismSet Find(ReadOnlySpan<byte> name)
    {
        foreach ((MechanismSet mechanism, byte[] known, _) in s_all)
            if (Ascii.EqualsIgnoreCase(known, name))
                return mechanism;
        return MechanismSet.None;
    }

    public static MechanismSet Find(string name) => Find(Encoding.UTF8.GetBytes(name));

    public static SaslExchange Begin(MechanismSet mechanism, LoginChannel channel)
        => Array.Find(s_all, row => row.Mechanism == mechanism).Make(channel);

    /// <summary>Those that can be used over this channel, of what is offered at all.</summary>
    /// <param name="allowsClearText">Over this channel, be it without TLS.</param>
    public static MechanismSet Usable(
        MechanismSet offered, bool allowsClearText, bool hasBinding, bool hasCertificate)
        => offered & ~((allowsClearText ? 0 : MechanismSet.ClearText) | (hasBinding ? 0 : MechanismSet.Bound)
            | (hasCertificate ? 0 : MechanismSet.External));

    /// <summary>Gives the name of each to <paramref name="write"/>.</summary>
    public static void ForEach<T>(MechanismSet offered, T argument, Action<T, byte[]> write)
    {
        foreach ((MechanismSet mechanism, byte[] name, _) in s_all)
            if ((offered & mechanism) != 0)
                write(argument, name);
    }

    // RFC 2195 §2: as a message-id, and never used before; what a clock adds there, chance does
    private static CramMd5Exchange CramMd5(LoginChannel channel) => new(ApopExchange.NewStamp(channel.Host));

    private static (MechanismSet, byte[], Func<LoginChannel, SaslExchange>) Row(
        MechanismSet mechanism, string name, Func<LoginChannel, SaslExchange> make)
        => (mechanism, Encoding.ASCII.GetBytes(name), make);

    private static Func<LoginChannel, SaslExchange> OAuth(bool isXOAuth2)
        => channel => new OAuthExchange(isXOAuth2, channel.TokenHint);

    private static Func<LoginChannel, SaslExchange> Scram(ScramHash hash, bool isBound)
        => channel => new ScramExchange(hash, isBound, channel);
}
