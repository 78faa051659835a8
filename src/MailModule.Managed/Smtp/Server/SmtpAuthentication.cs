using System.Text;

namespace MailModule.Smtp.Server;

/// <summary>A client's login (RFC 4954): the AUTH exchange under way, and the name and password that it gave.</summary>
internal struct SmtpAuthentication
{
    private AuthExchange _exchange;

    /// <summary>The user who has logged in; null if none has.</summary>
    public string? User { get; private set; }

    /// <inheritdoc cref="AuthExchange.Identity"/>
    public readonly string? Identity => _exchange.Identity;

    /// <summary>The password given with AUTH; null if none was.</summary>
    public string? Password { get; private set; }

    /// <summary>Logins that failed on this connection; neither TLS nor a right login makes them fewer.</summary>
    public int Failures { get; private set; }

    /// <inheritdoc cref="AuthExchange.Challenge"/>
    public readonly ReadOnlySpan<byte> Challenge => _exchange.Challenge;

    /// <summary>False if the mechanism is not known.</summary>
    public bool TryBegin(ReadOnlySpan<byte> mechanism) => AuthExchange.TryBegin(mechanism, out _exchange);

    public AuthProgress Process(ReadOnlySpan<byte> response) => _exchange.Process(response);

    /// <summary>After <see cref="AuthProgress.Complete"/>: asks whether name and password are right.</summary>
    public Verdict AskBackend(ISmtpBackend backend, SmtpSession session)
    {
        Password = Encoding.UTF8.GetString(_exchange.Password);
        return backend.Login(session, _exchange.User, _exchange.Password);
    }

    /// <summary>A login has failed, by its name or password.</summary>
    public void Fail()
    {
        Forget();
        Failures++;
    }

    /// <summary>Whoever was or would be logged in is not any more.</summary>
    public void Forget() => this = new SmtpAuthentication { Failures = Failures };

    /// <summary>Somebody who is believed says who is logged in; null: nobody.</summary>
    public void Vouch(string? user)
    {
        Forget();
        User = user;
    }

    /// <summary>The backend has accepted the login.</summary>
    public void Complete()
    {
        User = _exchange.User;
        _exchange = default;
    }
}
