using System.Buffers.Text;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>
/// Everything the server says by itself; what policy or a host says comes with a <see cref="Verdict"/>.
/// </summary>
internal static class Replies
{
    public static readonly Reply ReadyForTls220 = new(220, "2.0.0", "Ready to start TLS");
    public static readonly Reply Bye221 = new(221, "2.0.0", "Bye");
    public static readonly Reply LoggedIn235 = new(235, "2.7.0", "Authentication successful");
    public static readonly Reply Ok250 = new(250, "2.0.0", "Ok");
    public static readonly Reply SenderOk250 = new(250, "2.1.0", "Sender ok");
    public static readonly Reply RecipientOk250 = new(250, "2.1.5", "Recipient ok");
    public static readonly Reply ChunkTaken250 = new(250, "2.0.0", "Chunk taken");
    public static readonly Reply MessageAccepted250 = new(250, "2.6.0", "Message accepted");

    // RFC 5321 §7.3: neither yes nor no
    public static readonly Reply CannotVerify252 =
        new(252, "2.0.0", "Cannot verify the user, but will take mail for it");

    // RFC 6531 §3.7.4.2
    public static readonly Reply CannotShow252 =
        new(252, "2.6.8", "The mailbox cannot be shown without SMTPUTF8, but mail for it is taken");

    public static readonly Reply StartMailInput354 = new(354, "", "Start mail input; end with <CRLF>.<CRLF>");
    public static readonly Reply IdleTooLong421 = new(421, "4.4.2", "Idle for too long, closing connection");
    public static readonly Reply TooSlow421 = new(421, "4.4.2", "Too slow, closing connection");
    public static readonly Reply Stopping421 = new(421, "4.3.2", "Service is stopping, try again later");
    public static readonly Reply Failed421 = new(421, "4.3.0", "Service failed, closing connection");
    public static readonly Reply TooManyOfAddress421 =
        new(421, "4.7.0", "Too many connections from your address, try again later");
    public static readonly Reply TooManyErrors421 = new(421, "4.7.0", "Too many errors, closing connection");
    public static readonly Reply TooManyLogins421 = new(421, "4.7.0", "Too many failed logins, closing connection");
    public static readonly Reply NotSmtp421 = new(421, "4.7.0", "This is not SMTP, closing connection");
    public static readonly Reply NoMemory452 = new(452, "4.3.1", "Insufficient memory, try again later");
    public static readonly Reply TooManyRecipients452 = new(452, "4.5.3", "Too many recipients");
    public static readonly Reply NulInCommand500 = new(500, "5.5.2", "A command has no NUL");
    public static readonly Reply LineTooLong500 = new(500, "5.5.2", "Line too long");
    public static readonly Reply AuthLineTooLong500 = new(500, "5.5.6", "Authentication exchange line is too long");
    public static readonly Reply UnknownCommand500 = new(500, "5.5.1", "Command not recognized");
    public static readonly Reply NeedsArgument501 = new(501, "5.5.4", "Argument missing");
    public static readonly Reply NoArgumentAllowed501 = new(501, "5.5.4", "No argument is allowed");
    public static readonly Reply BadHelo501 = new(501, "5.5.4", "Give a domain or an address literal");
    public static readonly Reply BadMailSyntax501 = new(501, "5.5.4", "Syntax: MAIL FROM:<address> [parameters]");
    public static readonly Reply BadRcptSyntax501 = new(501, "5.5.4", "Syntax: RCPT TO:<address> [parameters]");
    public static readonly Reply BadXclient501 = new(501, "5.5.4", "Syntax: XCLIENT attribute=value ...");
    public static readonly Reply BadSender501 = new(501, "5.1.7", "Malformed sender address");
    public static readonly Reply BadRecipient501 = new(501, "5.1.3", "Malformed recipient address");
    public static readonly Reply BadChunk501 = new(501, "5.5.4", "Syntax: BDAT octets [LAST]");
    public static readonly Reply BadName501 = new(501, "5.5.4", "Malformed name");
    public static readonly Reply BadParameter501 = new(501, "5.5.4", "Malformed or repeated parameter");
    public static readonly Reply AuthCancelled501 = new(501, "5.0.0", "Authentication cancelled");
    public static readonly Reply ServerFirst501 =
        new(501, "5.7.0", "This mechanism has no initial response");
    public static readonly Reply BadAuthResponse501 = new(501, "5.5.2", "Malformed authentication response");
    public static readonly Reply ExpnOff502 = new(502, "5.5.1", "EXPN is not offered");
    public static readonly Reply TurnOff502 = new(502, "5.5.1", "TURN is not offered");
    public static readonly Reply SendOff502 = new(502, "5.5.1", "SEND, SOML and SAML are not offered");
    public static readonly Reply EtrnOff502 = new(502, "5.5.1", "ETRN is not offered");
    public static readonly Reply AuthOff502 = new(502, "5.5.1", "AUTH is not offered");
    public static readonly Reply StartTlsOff502 = new(502, "5.5.1", "STARTTLS is not offered");
    public static readonly Reply BadSequence503 = new(503, "5.5.1", "Bad sequence of commands");
    public static readonly Reply HelloFirst503 = new(503, "5.5.1", "Send EHLO or HELO first");
    public static readonly Reply EhloFirst503 = new(503, "5.5.1", "Send EHLO first");
    public static readonly Reply LhloFirst503 = new(503, "5.5.1", "Send LHLO first");
    public static readonly Reply NoRecipients503 = new(503, "5.5.1", "No valid recipients");
    public static readonly Reply NestedMail503 = new(503, "5.5.1", "Sender already given");
    public static readonly Reply MailFirst503 = new(503, "5.5.1", "Send MAIL first");
    public static readonly Reply LoggedInAlready503 = new(503, "5.5.1", "Already authenticated");
    public static readonly Reply InTransaction503 = new(503, "5.5.1", "Mail transaction in progress");
    public static readonly Reply TlsAlready503 = new(503, "5.5.1", "TLS is already active");
    public static readonly Reply NoService503 = new(503, "5.5.1", "No service for you; send QUIT");
    public static readonly Reply UnknownMechanism504 = new(504, "5.5.4", "Authentication mechanism is not supported");
    public static readonly Reply LoginFirst530 = new(530, "5.7.0", "Authentication required");
    public static readonly Reply LoginFailed535 = new(535, "5.7.8", "Authentication credentials invalid");
    public static readonly Reply TlsFirst538 =
        new(538, "5.7.11", "Encryption required for the authentication mechanism");
    public static readonly Reply BareNewline550 = new(550, "5.6.0", "Message has a bare CR or LF; lines end with CRLF");
    public static readonly Reply XclientDenied550 = new(550, "5.7.0", "XCLIENT is not for you");
    public static readonly Reply Nul550 = new(550, "5.6.0", "Message has a NUL octet");
    public static readonly Reply NeedsUtf8550 = new(550, "5.6.7", "Address needs SMTPUTF8");
    public static readonly Reply Refused550 = new(550, "5.7.1", "Refused");
    public static readonly Reply TooLarge552 = new(552, "5.3.4", "Message is larger than the limit");
    public static readonly Reply NeedsUtf8553 = new(553, "5.6.7", "Address needs SMTPUTF8");
    public static readonly Reply NoService554 = new(554, "5.7.1", "No SMTP service here");
    public static readonly Reply NoRecipients554 = new(554, "5.5.1", "No valid recipients");
    public static readonly Reply Looping554 = new(554, "5.4.6", "Too many Received fields: the message is looping");
    public static readonly Reply MessageRefused554 = new(554, "5.7.1", "Message refused");
    public static readonly Reply NoBinary555 = new(555, "5.6.1", "BODY=BINARYMIME is not offered");
    public static readonly Reply UnknownParameter555 = new(555, "5.5.4", "Parameter is not supported");

    public static Reply Expired421(ExpiryReason reason) => reason switch
    {
        ExpiryReason.Idle => IdleTooLong421,
        ExpiryReason.Slow => TooSlow421,
        ExpiryReason.Stopping => Stopping421,
        _ => Failed421,
    };

    public static Reply Help214(IEnumerable<string> verbs)
        => new(214, "2.0.0", $"{string.Join(' ', verbs)}, as in RFC 5321");

    /// <summary>A challenge of AUTH (RFC 4954 §4).</summary>
    public static void Challenge334(Output output, byte[] challenge)
    {
        output.Write("334 "u8);
        Span<byte> text = new byte[Base64.GetMaxEncodedToUtf8Length(challenge.Length)];
        Base64.EncodeToUtf8(challenge, text, out _, out int length);
        output.Write(text[..length]);
        output.Write("\r\n"u8);
    }

    // RFC 2034 §4: neither the greeting nor the answer to EHLO and HELO has an enhanced code
    public static void Greeting220(Output output, SmtpServerOptions options)
    {
        output.Write("220 "u8);
        output.Write(options.HostName);
        output.Write(options.IsLmtp ? " LMTP\r\n"u8 : " ESMTP\r\n"u8);
    }

    /// <param name="text">In place of our name; null: our name alone.</param>
    public static void Helo250(Output output, SmtpServerOptions options, string? text)
    {
        output.Write("250 "u8);
        output.Write(text ?? options.HostName);
        output.Write("\r\n"u8);
    }

    /// <param name="given">Its first line stands in place of our name, those behind are more extensions; null: none.
    /// </param>
    public static void Ehlo250(Output output, SmtpSession session, Reply? given)
    {
        IReadOnlyList<EhloExtension> extensions = session.Options.Extensions;
        int linesLeft = given is null ? 0 : given.Lines.Count - 1;
        for (int i = 0; i < extensions.Count; i++)
            linesLeft += extensions[i].IsOfferedBy(session) ? 1 : 0;
        output.Write(linesLeft > 0 ? "250-"u8 : "250 "u8);
        output.Write(given?.Lines[0] ?? session.Options.HostName);
        output.Write("\r\n"u8);
        for (int i = 1; i < given?.Lines.Count; i++)
        {
            output.Write(--linesLeft > 0 ? "250-"u8 : "250 "u8);
            output.Write(given.Lines[i]);
            output.Write("\r\n"u8);
        }
        for (int i = 0; i < extensions.Count; i++)
        {
            if (!extensions[i].IsOfferedBy(session))
                continue;
            output.Write(--linesLeft > 0 ? "250-"u8 : "250 "u8);
            extensions[i].Write(session, output);
            output.Write("\r\n"u8);
        }
    }
}
