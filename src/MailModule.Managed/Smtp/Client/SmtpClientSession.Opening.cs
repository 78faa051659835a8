using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

// From the greeting to the login, and the end.
internal sealed partial class SmtpClientSession
{
    private void OnGreeting(Reply reply, Output output)
    {
        if (reply.Code == 220)
            WriteCommand(output, "EHLO "u8, _options.HostName, Await.Ehlo);
        else
            QuitWith(FaultOf(reply), reply, output);
    }

    private void OnEhloReply(Reply reply, Output output)
    {
        if (reply.Code / 100 == 2)
        {
            ServerName = NameIn(reply);
            Extensions = new ServerExtensions(reply.Lines.Skip(1));
            Secure(output);
        }
        // RFC 5321 §3.2: a server that does not know EHLO is greeted with HELO
        else if (!reply.IsTemporary)
            WriteCommand(output, "HELO "u8, _options.HostName, Await.Helo);
        else
            QuitWith(Fault.RefusedTemporary, reply, output);
    }

    private void OnHeloReply(Reply reply, Output output)
    {
        ServerName = NameIn(reply);
        if (reply.Code / 100 == 2)
            Secure(output);
        else
            QuitWith(FaultOf(reply), reply, output);
    }

    // RFC 5321 §4.1.1.1: the server's domain is the first word
    private static string NameIn(Reply reply) => reply.Lines[0].Split(' ', 2)[0];

    private void Secure(Output output)
    {
        if (IsTls || _options.StartTls == StartTlsUse.Never)
            LogIn(output);
        else if (Extensions.StartTls)
            WriteCommand(output, "STARTTLS"u8, "", Await.StartTls);
        else if (_options.StartTls == StartTlsUse.Required)
            QuitWith(Fault.Tls, null, output, "the server offers no TLS");
        else
            LogIn(output);
    }

    private void OnStartTlsReply(Reply reply, Output output)
    {
        if (reply.Code == 220)
        {
            _mode = Mode.Handshake;
            TriedTls = true;
        }
        else if (_options.StartTls == StartTlsUse.Required)
            QuitWith(Fault.Tls, reply, output, "the server refuses STARTTLS");
        else
            LogIn(output);
    }

    // RFC 3207 §4.2: what was said before TLS does not count.
    private void RestartAfterTls(Output output)
    {
        _mode = Mode.Dialogue;
        Extensions = ServerExtensions.None;
        WriteCommand(output, "EHLO "u8, _options.HostName, Await.Ehlo);
    }

    private void Quit(Output output) => WriteCommand(output, "QUIT"u8, "", Await.Quit);

    // RFC 5321 §4.1.1.10: a client says QUIT before it closes; there is nothing to wait for in the answer.
    private void QuitWith(Fault fault, Reply? reply, Output output, string text = "")
    {
        output.Write("QUIT\r\n"u8);
        End(fault, reply, text);
    }
}
