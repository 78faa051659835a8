using System.Numerics;
using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Messages of logins: base64 has one spelling but for blanks behind it, PLAIN is taken apart without loss, and a
/// server that does not know the password is never believed by SCRAM.
/// </summary>
internal static class LoginTarget
{
    private const string Nonce = "rOprNGfwEbeRWgbNEkqO";
    private static readonly LoginSecret s_secret =
        new StoredSecret(new LoginKey(), new PlainPassword("pencil"), "USER");

    public static void Check(byte[] input)
    {
        CheckBase64(input);
        CheckPlain(input);
        var login = new Credentials("user", "pencil");
        CheckScram(ScramHash.Sha256, login, input);
        CheckScram(ScramHash.Sha1, login, input);
        AnswerLines(new SaslCramMd5(login), input);
        AnswerLines(new SaslPlain(login), input);
        AnswerLines(new SaslLogin(login), input);
        AnswerLines(new SaslXOAuth2(new Credentials("user") { Token = () => "token" }), input);
        CheckServer(input);
    }

    /// <summary>Nobody who only knows what is on the wire proves a password.</summary>
    private static void CheckServer(byte[] input)
    {
        var channel = new LoginChannel("mail.example", MechanismSet.All, new byte[32]);
        foreach (MechanismSet mechanism in Enum.GetValues<MechanismSet>().Where(one => BitOperations.IsPow2((int)one)))
        {
            SaslExchange exchange = ServerMechanisms.Begin(mechanism, channel);
            exchange.Begin();
            foreach (string line in Encoding.Latin1.GetString(input).Split('\n').Take(4))
                if (!CanGoOn(exchange, exchange.Take(Encoding.Latin1.GetBytes(line))))
                    break;
            Assert.DoesNotContain(exchange.User + exchange.Identity, char.IsControl);
        }
    }

    private static bool CanGoOn(SaslExchange exchange, SaslProgress progress)
    {
        if (progress == SaslProgress.FindSecret)
        {
            ((SecretExchange)exchange).Secret = s_secret;
            progress = exchange.Accept();
        }
        if (progress == SaslProgress.Login)
        {
            Assert.False(exchange is SecretExchange proof && proof.IsProved(), "proved without the password");
            progress = exchange.Refuse();
        }
        Assert.NotEqual(SaslProgress.Done, progress);
        return progress == SaslProgress.Challenge;
    }

    private static void CheckBase64(byte[] input)
    {
        if (!SaslEncoding.TryDecode(input, out byte[] octets) || octets.Length == 0)
            return;
        Assert.Equal(Encoding.ASCII.GetString(input).TrimEnd(' ', '\t'), Convert.ToBase64String(octets));
    }

    private static void CheckPlain(byte[] input)
    {
        if (!SaslEncoding.TryReadPlain(input, out string identity, out string user, out byte[] password))
            return;
        Assert.False(user.Length == 0 || user.Any(char.IsControl), "not the name of a user");
        Assert.False(identity.Any(char.IsControl), "not an identity");
        byte[] whole = [.. Encoding.UTF8.GetBytes(identity), 0, .. Encoding.UTF8.GetBytes(user), 0, .. password];
        Assert.Equal(whole, input);
    }

    private static void CheckScram(ScramHash hash, Credentials login, byte[] input)
    {
        var scram = new SaslScram(hash, isBound: false, login, new SaslServer(), Nonce);
        AnswerLines(scram, input);
        Assert.False(scram.MayBelieveSuccess, "a server was believed that does not know the password");
    }

    private static void AnswerLines(ISaslMechanism mechanism, byte[] input)
    {
        Assert.Equal(Fault.None, mechanism.Begin(out _));
        foreach (string line in Encoding.Latin1.GetString(input).Split('\n').Take(4))
        {
            // Many rounds are slow by design, and their number is a server's to say.
            if (line.Contains("i=", StringComparison.Ordinal) && !line.EndsWith("i=4096", StringComparison.Ordinal))
                return;
            if (!mechanism.TryAnswer(Encoding.Latin1.GetBytes(line), out byte[] answer))
                return;
            Assert.True(answer.Length < 4096 + 2 * line.Length);
        }
    }
}
