using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using MailModule.Engine.Serving;
using MailModule.Mail;
using MailModule.Mail.Logins.Server;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Tests.Lines;
using MailModule.Transport;

namespace MailModule.Tests.Loopback;

/// <summary>SMTP sessions on real connections, with a backend whose every answer comes from a worker.</summary>
public class SmtpSessionLoopbackTests
{
    private const string Transaction = "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
    private const string Replies =
        "250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n354 Start mail input; end with <CRLF>.<CRLF>\r\n";
    private const string Kept = "250 2.6.0 Message accepted\r\n";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Many_pipelined_messages_are_kept_in_order(bool isSlow)
    {
        var backend = new WorkerBackend { IsSlow = isSlow };
        using var loop = new Loop(backend.Open);
        backend.Workers = loop.Workers;
        using Socket socket = loop.Connect();
        var random = new Random(25);
        string[] texts = [.. Enumerable.Range(0, 100)
            .Select(i => $"message {i}\r\n{new string('x', random.Next(3000))}\r\n")];
        string wire = "HELO c\r\n" + string.Concat(texts.Select(text => Transaction + text + ".\r\n")) + "QUIT\r\n";
        Thread sending = Loop.InBackground(() =>
        {
            foreach (Range cut in Texts.Cuts(new Random(1), wire.Length).Chunk(20)
                .Select(cuts => cuts[0].Start..cuts[^1].End))
                socket.Send(Encoding.ASCII.GetBytes(wire[cut]));
        });
        string answers = "220 mail.example ESMTP\r\n250 mail.example\r\n"
            + string.Concat(Enumerable.Repeat(Replies + Kept, 100)) + "221 2.0.0 Bye\r\n";
        Assert.Equal(answers, Loop.ReadToEnd(socket));
        Assert.True(sending.Join(Loop.Long) && backend.Ended.Wait(Loop.Long));
        Assert.Equal(texts, backend.Messages);
        Assert.Equal(0, backend.Discarded);
    }

    [Fact]
    public void Commands_injected_behind_starttls_are_never_heard()
    {
        var backend = new WorkerBackend();
        using var loop = new Loop(backend.Open, tls: new TlsServerSettings(Loop.Certificate));
        backend.Workers = loop.Workers;
        using Socket socket = loop.Connect();
        Loop.ReadExactly(socket, "220 mail.example ESMTP\r\n".Length);
        socket.Send("HELO c\r\nSTARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@b>\r\n"u8);
        Assert.EndsWith("220 2.0.0 Ready to start TLS\r\n",
            Loop.ReadExactly(socket, "250 mail.example\r\n220 2.0.0 Ready to start TLS\r\n".Length));
        using SslStream stream = Loop.AsTls(socket);
        stream.AuthenticateAsClient("localhost");
        stream.Write(Encoding.ASCII.GetBytes("MAIL FROM:<a@b>\r\nHELO d\r\n" + Transaction + "text\r\n.\r\nQUIT\r\n"));
        Assert.Equal("503 5.5.1 Send EHLO or HELO first\r\n250 mail.example\r\n" + Replies + Kept
            + "221 2.0.0 Bye\r\n", Loop.ReadToEnd(stream));
        Assert.Equal(["text\r\n"], backend.Messages);
    }

    [Fact]
    public void A_host_that_waits_for_text_holds_up_nobody_else()
    {
        var heard = new StringBuilder();
        var backend = new WorkerBackend { Host = reader => ReadAll(reader, heard) };
        using var loop = new Loop(backend.Open);
        backend.Workers = loop.Workers;
        using Socket first = loop.Connect();
        first.Send(Encoding.ASCII.GetBytes("HELO c\r\n" + Transaction));
        Loop.ReadExactly(first, ("220 mail.example ESMTP\r\n250 mail.example\r\n" + Replies).Length);
        using Socket second = loop.Connect();
        second.Send("NOOP\r\nQUIT\r\n"u8);
        Assert.EndsWith("221 2.0.0 Bye\r\n", Loop.ReadToEnd(second));
        foreach (string piece in new[] { "Sub", "ject: x\r", "\n\r\n.", ".dot\r\n.\r", "\nQUIT\r\n" })
            first.Send(Encoding.ASCII.GetBytes(piece));
        Assert.Equal(Kept + "221 2.0.0 Bye\r\n", Loop.ReadToEnd(first));
        Assert.Equal("Subject: x\r\n\r\n.dot\r\n", heard.ToString());
        Assert.Equal([heard.ToString()], backend.Messages);
    }

    [Fact]
    public void A_client_that_vanishes_ends_the_hosts_reading()
    {
        int last = 0;
        var backend = new WorkerBackend
        {
            Host = reader =>
            {
                while ((last = reader.Read(new byte[10])) > 0)
                {
                }
                return Verdict.Accept;
            },
        };
        using var loop = new Loop(backend.Open);
        backend.Workers = loop.Workers;
        using (Socket socket = loop.Connect())
        {
            socket.Send(Encoding.ASCII.GetBytes("HELO c\r\n" + Transaction + "half a mess"));
            Loop.ReadExactly(socket, ("220 mail.example ESMTP\r\n250 mail.example\r\n" + Replies).Length);
        }
        Assert.True(backend.Ended.Wait(Loop.Long));
        Assert.Equal((-1, 1), (last, backend.Discarded));
        Assert.Empty(backend.Messages);
    }

    private static Verdict ReadAll(HostContentReader reader, StringBuilder heard)
    {
        byte[] buffer = new byte[7];
        int count;
        while ((count = reader.Read(buffer)) > 0)
            heard.Append(Encoding.ASCII.GetString(buffer, 0, count));
        return Verdict.Accept;
    }

    internal sealed class WorkerBackend : ISmtpBackend
    {
        private readonly StringBuilder _text = new();

        public Func<HostContentReader, Verdict>? Host { get; init; }
        public bool IsSlow { get; init; }
        public Workers Workers { get; set; } = null!;
        public List<string> Messages { get; } = [];
        public int Discarded { get; private set; }
        public ManualResetEventSlim Ended { get; } = new();

        public SmtpSession Open(Connection connection)
            => new(new SmtpServerOptions { HostName = "mail.example", OfferStartTls = true }, this, connection);

        public Verdict Connect(SmtpSession session) => Later(session, _ => Verdict.Accept);
        public Verdict FindSecret(SmtpSession session, SecretExchange exchange) => new(VerdictKind.Refuse);
        public Verdict Login(SmtpSession session, SaslExchange exchange) => new(VerdictKind.Refuse);
        public Verdict Mail(SmtpSession session, Envelope envelope, long declaredSize)
            => Later(session, _ => Verdict.Accept);

        public Verdict Rcpt(SmtpSession session, Envelope envelope, in RcptArgument rcpt)
        {
            Recipient recipient = rcpt.ToRecipient(null);
            return Later(session, _ =>
            {
                envelope.Recipients.Add(recipient);
                return Verdict.Accept;
            });
        }

        public Verdict Data(SmtpSession session, Envelope envelope)
            => Later(session, _ => Host?.Invoke(new HostContentReader(session, this, Below(session)))
                ?? Verdict.Accept);

        public bool Append(SmtpSession session, ReadOnlySpan<byte> text)
        {
            _text.Append(Encoding.ASCII.GetString(text));
            if (IsSlow)
                Workers.Run(new PlainConnectionTests.Job(session.ResumeContent));
            return !IsSlow;
        }

        public Verdict EndOfData(SmtpSession session) => Later(session, _ =>
        {
            Messages.Add(_text.ToString());
            _text.Clear();
            return Verdict.Accept;
        });

        public void Discard(SmtpSession session) => Discarded++;
        public void NotSmtp(SmtpSession session)
        {
        }

        public void Closed(SmtpSession session) => Ended.Set();

        private static Connection Below(SmtpSession session) => (Connection)session.Peer;

        private Verdict Later(SmtpSession session, Func<SmtpSession, Verdict> judge)
        {
            Workers.Run(new PlainConnectionTests.Job(() => session.Answer(judge(session))));
            return Verdict.Pending;
        }
    }
}
