using MailModule.Mailbox;
using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>The server side of POP3 (RFC 1939, 2449) on one connection, as a pure machine.</summary>
public sealed class Pop3Session : ISession
{
    public Pop3Session(Pop3ServerOptions options, IPop3Backend backend, Connection? connection) => throw new NotImplementedException();

    public Connection? Connection => throw new NotImplementedException();
    public object? Tag { get; set; }
    public bool IsTls => throw new NotImplementedException();
    public string? User => throw new NotImplementedException();
    /// <summary>Kept for the host's GetAUTHPassw.</summary>
    public string? Password => throw new NotImplementedException();
    public IMaildrop? Maildrop { get; set; }
    public Stream? Message { get; set; }
    public IReadOnlyList<int> Deleted => throw new NotImplementedException();

    public void Answer(Pop3Verdict verdict) => throw new NotImplementedException();
    public void AnswerRead(int count) => throw new NotImplementedException();

    public Next Advance(ref ReadOnlySpan<byte> input, Output output) => throw new NotImplementedException();
    public void Expire(ExpiryReason reason, Output output) => throw new NotImplementedException();
    public void Closed() => throw new NotImplementedException();
}
