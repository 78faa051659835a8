using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

// From the greeting to the first transaction, and the end.
public sealed partial class SmtpClientSession
{
    private void AnswerGreeting(Reply reply, Output output)
    {
        if (reply.Code == 220)
            Say(output, "EHLO ", _options.HostName, Await.Ehlo);
        else
            Leave(FaultOf(reply), reply, output);
    }

    private void AnswerEhlo(Reply reply, Output output)
    {
        if (reply.Code / 100 == 2)
        {
            Extensions = new ServerExtensions(reply.Lines.Skip(1));
            Secure(output);
        }
        // RFC 5321 §3.2: a server that does not know EHLO is greeted with HELO
        else if (!reply.IsTemporary)
            Say(output, "HELO ", _options.HostName, Await.Helo);
        else
            Leave(Fault.RefusedForNow, reply, output);
    }

    private void AnswerHelo(Reply reply, Output output)
    {
        if (reply.Code / 100 == 2)
            Secure(output);
        else
            Leave(FaultOf(reply), reply, output);
    }

    private void Secure(Output output)
    {
        if (IsTls || _options.StartTls == StartTlsUse.Never)
            Ready(output);
        else if (Extensions.StartTls)
            Say(output, "STARTTLS", "", Await.StartTls);
        else if (_options.StartTls == StartTlsUse.Required)
            Leave(Fault.Tls, null, output);
        else
            Ready(output);
    }

    private void AnswerStartTls(Reply reply, Output output)
    {
        if (reply.Code == 220)
        {
            _mode = Mode.Handshake;
            TriedTls = true;
        }
        else if (_options.StartTls == StartTlsUse.Required)
            Leave(Fault.Tls, reply, output);
        else
            Ready(output);
    }

    // RFC 3207 §4.2: what was said before TLS does not count.
    private void BeginAgain(Output output)
    {
        _mode = Mode.Dialogue;
        IsTls = true;
        Extensions = ServerExtensions.None;
        Say(output, "EHLO ", _options.HostName, Await.Ehlo);
    }

    private void Ready(Output output)
    {
        _transaction = _owner.NextTransaction(this);
        if (_transaction is null)
            Quit(output);
        else if (_needsReset)
            Say(output, "RSET", "", Await.Rset);
        else
            BeginTransaction(output);
    }

    private void Quit(Output output)
    {
        Say(output, "QUIT", "", Await.Quit);
        if (Connection is not null && Connection.IdleTimeout > QuitPatience)
            Connection.IdleTimeout = QuitPatience;
    }

    // RFC 5321 §4.1.1.10: a client says QUIT before it closes; there is nothing to wait for in the answer.
    private void Leave(Fault fault, Reply? reply, Output output)
    {
        output.Write("QUIT\r\n");
        Break(fault, reply);
    }
}
