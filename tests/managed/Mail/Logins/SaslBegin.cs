using MailModule.Mail.Logins;
using MailModule.Primitives;

namespace MailModule.Tests.Mail.Logins;

internal static class SaslBegin
{
    /// <summary>Begins what has all that it needs; returns what goes along with the command.</summary>
    public static byte[]? Begin(this ISaslMechanism mechanism)
    {
        Assert.Equal(Fault.None, mechanism.Begin(out byte[]? initial));
        return initial;
    }
}
