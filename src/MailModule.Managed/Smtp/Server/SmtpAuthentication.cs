using System.Text;
using MailModule.Mail.Logins.Server;

namespace MailModule.Smtp.Server;

/// <summary>A client's login (RFC 4954): the exchange under way, and who has logged in.</summary>
internal struct SmtpAuthentication
{
    /// <summary>Null: none is under way.</summary>
    public SaslExchange? Exchange { get; private set; }

    /// <summary>The user who has logged in; null if none has.</summary>
    public string? User { get; private set; }

    /// <summary>By which mechanism; null if none has.</summary>
    public string? Mechanism { get; private set; }

    /// <summary>The password given with AUTH; null if none was.</summary>
    public string? Password { get; private set; }

    /// <summary>Logins that failed on this connection; neither TLS nor a right login makes them fewer.</summary>
    public int Failures { get; private set; }

    public void Begin(SaslExchange exchange) => Exchange = exchange;

    /// <summary>Asks whether the client may log in.</summary>
    public Verdict AskBackend(ISmtpBackend backend, SmtpSession session)
    {
        if (Exchange is PasswordExchange { Password: var password })
            Password = Encoding.UTF8.GetString(password);
        return backend.Login(session, Exchange!);
    }

    /// <summary>What is said when an exchange ends that has told first why; null: the ordinary reply.</summary>
    public Reply? Refusal { get; private set; }

    /// <summary>A login has failed, by its name or password. The exchange may have something to say about it.</summary>
    public SaslProgress Fail(Reply? refusal)
    {
        Password = null;
        Failures++;
        Refusal = refusal;
        return Exchange!.Refuse();
    }

    /// <summary>Whoever was or would be logged in is not any more.</summary>
    public void Forget()
    {
        Exchange?.Clear();
        this = new SmtpAuthentication { Failures = Failures };
    }

    /// <summary>Somebody who is believed says who is logged in; null: nobody.</summary>
    public void Vouch(string? user)
    {
        Forget();
        User = user;
    }

    /// <summary>The exchange has ended well.</summary>
    public void Complete()
    {
        User = Exchange!.User;
        Mechanism = Exchange.Mechanism;
        Exchange = null;
    }
}
