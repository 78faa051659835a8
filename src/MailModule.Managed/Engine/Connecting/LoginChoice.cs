using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Connecting;

/// <summary>What a login of a client by AUTH goes by, whatever the client speaks.</summary>
internal sealed class LoginChoice
{
    /// <summary>For a host, which has the setting.</summary>
    public const string NoTls = $"{SaslMechanisms.NoTls} (setting plain_auth)";

    /// <param name="given">By the host.</param>
    public LoginChoice(Credentials given)
    {
        Login = new Credentials(given.User, given.HasPassword ? given.Password : null)
        {
            AuthorizationId = given.AuthorizationId,
            Token = given.Token is not { } token ? null : () =>
            {
                string? answer = token();
                HadToken = answer is not null;
                return answer;
            },
        };
    }

    /// <summary>As the host gave it.</summary>
    public Credentials Login { get; }

    /// <summary>False: the host was asked for a token, and had none.</summary>
    public bool HadToken { get; private set; } = true;

    /// <param name="service">The protocol's name among those of GSSAPI (RFC 4422 §4).</param>
    public static SaslServer ServerOf(ClientLink link, IReadOnlyCollection<string> offered, string service) => new()
    {
        Offered = offered,
        EndPointBinding = link.Link.EndPointBinding,
        Service = service,
        Host = link.Host,
        Port = link.Port,
    };

    /// <summary>The mechanisms to try, one after the other: not those that tell the password to who listens.</summary>
    /// <param name="name">Null: any that the credentials are good for.</param>
    public Fault Choose(ClientLink link, SaslServer server, string? name, out List<ISaslMechanism> mechanisms)
    {
        mechanisms = [];
        if (name is null)
            mechanisms = SaslMechanisms.OfferedBy(server, Login);
        else if (SaslMechanisms.TryMake(name, Login, server, out ISaslMechanism? made, out string why) is var lack
            && lack != Fault.None)
            return FaultReason.Because(lack, why);
        else
            mechanisms.Add(made!);
        bool hadAny = mechanisms.Count > 0;
        if (!link.MaySendPassword)
            mechanisms.RemoveAll(mechanism => mechanism.IsClearText);
        return mechanisms.Count > 0 ? Fault.None
            : hadAny ? FaultReason.Because(Fault.Tls, NoTls)
            : SaslMechanisms.LackDigests(server.Offered) ? FaultReason.Because(Fault.Tls, OpenSsl.Missing)
            : FaultReason.Because(Fault.NotSupported,
                $"the server offers no mechanism that is known here ({string.Join(' ', server.Offered)})");
    }
}
