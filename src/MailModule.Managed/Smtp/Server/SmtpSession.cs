using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>The server side of SMTP on one connection, as a pure machine. See <see cref="ISession"/> for who calls it when.</summary>
public sealed class SmtpSession : ISession
{
    public SmtpSession(SmtpServerOptions options, ISmtpBackend backend, Connection? connection) => throw new NotImplementedException();

    /// <summary>The connection below; null in tests over memory.</summary>
    public Connection? Connection => throw new NotImplementedException();
    public SmtpServerOptions Options => throw new NotImplementedException();

    /// <summary>A place for the backend's own state of this session.</summary>
    public object? Tag { get; set; }

    public string Helo => throw new NotImplementedException();
    public bool SaidEhlo => throw new NotImplementedException();
    public bool IsTls => throw new NotImplementedException();
    public string? AuthenticatedUser => throw new NotImplementedException();
    /// <summary>The password given with AUTH, kept for the host's GetAUTHPassw; null if none.</summary>
    public string? AuthenticatedPassword => throw new NotImplementedException();
    public Envelope Envelope => throw new NotImplementedException();

    /// <summary>Ends a <see cref="Outcome.Pending"/>: exactly once for each, any thread; advances the session on it.</summary>
    public void Answer(Verdict verdict) => throw new NotImplementedException();

    /// <summary>The sink below Append takes text again. Exactly once for each false it gave; any thread.</summary>
    public void ResumeText() => throw new NotImplementedException();

    /// <summary>
    /// For a worker while <see cref="ISmtpBackend.Data"/> is pending: sends 354 at the first call, then blocks for the next stretch of text (CRLF
    /// lines, unstuffed; at most <paramref name="destination"/>'s length), passing it to <see cref="ISmtpBackend.Append"/> too. 0 at the end, -1 on loss,
    /// expiry, or a rule broken by the text.
    /// </summary>
    public int ReadText(Span<byte> destination) => throw new NotImplementedException();

    public Next Advance(ref ReadOnlySpan<byte> input, Output output) => throw new NotImplementedException();
    public void Expire(ExpiryReason reason, Output output) => throw new NotImplementedException();
    public void Closed() => throw new NotImplementedException();
}
