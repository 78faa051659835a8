using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

// From the greeting to the login, and the end.
public sealed partial class SmtpClientSession
{
    private void AnswerGreeting(Reply reply, Output output)
    {
        if (reply.Code == 220)
            Say(output, "EHLO "u8, _options.HostName, Await.Ehlo);
        else
            Leave(FaultOf(reply), reply, output);
    }

    private void AnswerEhlo(Reply reply, Output output)
    {
        if (reply.Code / 100 == 2)
        {
            ServerName = NameIn(reply);
            Extensions = new ServerExtensions(reply.Lines.Skip(1));
            Secure(output);
        }
        // RFC 5321 §3.2: a server that does not know EHLO is greeted with HELO
        else if (!reply.IsTemporary)
            Say(output, "HELO "u8, _options.HostName, Await.Helo);
        else
            Leave(Fault.RefusedTemporary, reply, output);
    }

    private void AnswerHelo(Reply reply, Output output)
    {
        ServerName = NameIn(reply);
        if (reply.Code / 100 == 2)
            Secure(output);
        else
            Leave(FaultOf(reply), reply, output);
    }

    // RFC 5321 §4.1.1.1: the server's domain is the first word
    private static string NameIn(Reply reply) => reply.Lines[0].Split(' ', 2)[0];

    private void Secure(Output output)
    {
        if (IsTls || _options.StartTls == StartTlsUse.Never)
            LogIn(output);
        else if (Extensions.StartTls)
            Say(output, "STARTTLS"u8, "", Await.StartTls);
        else if (_options.StartTls == StartTlsUse.Required)
            Leave(Fault.Tls, null, output, "the server offers no TLS");
        else
            LogIn(output);
    }

    private void AnswerStartTls(Reply reply, Output output)
    {
        if (reply.Code == 220)
        {
            _mode = Mode.Handshake;
            TriedTls = true;
        }
        else if (_options.StartTls == StartTlsUse.Required)
            Leave(Fault.Tls, reply, output, "the server refuses STARTTLS");
        else
            LogIn(output);
    }

    // RFC 3207 §4.2: what was said before TLS does not count.
    private void BeginAgain(Output output)
    {
        _mode = Mode.Dialogue;
        _hasStartedTls = true;
        Extensions = ServerExtensions.None;
        Say(output, "EHLO "u8, _options.HostName, Await.Ehlo);
    }

    private void Quit(Output output) => Say(output, "QUIT"u8, "", Await.Quit);

    // RFC 5321 §4.1.1.10: a client says QUIT before it closes; there is nothing to wait for in the answer.
    private void Leave(Fault fault, Reply? reply, Output output, string text = "")
    {
        output.Write("QUIT\r\n"u8);
        Break(fault, reply, text);
    }
}
