using System.Text;
using MailModule.Delivery.Outgoing;
using MailModule.Engine.Sending;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Tests.Smtp.Client;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Sending;

/// <summary>A host's messages in whole transactions: what goes out, and what the host hears.</summary>
public sealed class MessageBatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Contents_come_from_memory_a_file_and_a_reader()
    {
        string path = Path.Combine(_folder.Path, "message.eml");
        File.WriteAllText(path, ".file\n");
        int reads = 0;
        int Read(Span<byte> buffer)
        {
            buffer[0] = (byte)'r';
            return reads++ < 3 ? 1 : 0;
        }
        var run = new Run(_folder, ["PIPELINING"]);
        Assert.Equal(Fault.None, run.Send(
            Message() with { Content = Encoding.ASCII.GetBytes("memory\r\n") }, Message() with { Path = path },
            Message() with { Reader = Read }));
        Assert.Equal(["memory\n", "..file\n", "rrr\n"], run.Server.Texts);
        Assert.Equal(["0: 250", "1: 250", "2: 250"], run.Told);
        Assert.Equal(4, reads);
    }

    [Fact]
    public void A_file_that_is_too_large_for_memory_is_sent_whole()
    {
        string path = Path.Combine(_folder.Path, "message.eml");
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("a line of some length\r\n", 20_000)));
        var run = new Run(_folder, ["PIPELINING", "CHUNKING", "SIZE 1000000"]);
        Assert.Equal(Fault.None, run.Send(Message() with { Path = path }));
        Assert.Equal(22 * 20_000, run.Server.Texts.Single().Length);
        Assert.Contains("SIZE=460000", run.Connection.Sent[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_go_out_and_those_of_dsn_only_where_it_is_offered()
    {
        Given message = Message() with
        {
            Parameters = "RET=HDRS AUTH=<>",
            To = ["<bob@b.example>", "eve@b.example"],
            ToParameters = ["NOTIFY=NEVER ORCPT=rfc822;x@y.example XFOO=1", null],
        };
        var run = new Run(_folder, ["PIPELINING", "DSN"]);
        run.Send(message);
        Assert.StartsWith("MAIL FROM:<ann@a.example> RET=HDRS AUTH=<>\n"
            + "RCPT TO:<bob@b.example> NOTIFY=NEVER ORCPT=rfc822;x@y.example XFOO=1\nRCPT TO:<eve@b.example>\n",
            run.Connection.Sent[0], StringComparison.Ordinal);
        run = new Run(_folder, ["PIPELINING"]);
        run.Send(message);
        Assert.StartsWith("MAIL FROM:<ann@a.example> AUTH=<>\nRCPT TO:<bob@b.example> XFOO=1\n",
            run.Connection.Sent[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_server_does_not_take_is_converted_or_fails_alone()
    {
        byte[] content = Encoding.UTF8.GetBytes("Subject: x\r\n\r\nA line, long enough, with gr\u00fc\u00dfe.\r\n");
        var run = new Run(_folder, ["PIPELINING"]);
        Assert.Equal(Fault.None, run.Send(
            Message() with { Content = content },
            Message() with { To = ["j\u00fcrgen@b.example"] },
            Message()));
        Assert.Equal(["0: 250", "1: 0 NotSupported", "2: 250"], run.Told);
        Assert.Contains("quoted-printable", run.Server.Texts[0], StringComparison.OrdinalIgnoreCase);
        run = new Run(_folder, ["PIPELINING", "8BITMIME", "SMTPUTF8"]);
        run.Send(Message() with { Content = content }, Message() with { To = ["j\u00fcrgen@b.example"] });
        Assert.Contains("BODY=8BITMIME", run.Connection.Sent[0], StringComparison.Ordinal);
        Assert.Contains("SMTPUTF8", run.Connection.Sent[1], StringComparison.Ordinal);
        Assert.Equal(["0: 250", "1: 250"], run.Told);
    }

    [Theory]
    [InlineData("from", "ann@")]
    [InlineData("from", "ann@a.example\r\nDATA")]
    [InlineData("to", "")]
    [InlineData("to", "bob@b.example>\r\nRSET")]
    [InlineData("to", null)]
    [InlineData("parameters", "SIZE=1\r\nRSET")]
    [InlineData("to_parameters", "NOTIFY=NEVER\nRSET")]
    public void A_message_that_is_none_ends_it_behind_those_before_it(string what, string? text)
    {
        Given wrong = what switch
        {
            "from" => Message() with { From = text! },
            "to" => Message() with { To = text is null ? [] : [text] },
            "parameters" => Message() with { Parameters = text },
            _ => Message() with { ToParameters = [text] },
        };
        var run = new Run(_folder, ["PIPELINING"]);
        Assert.Equal(Fault.Argument, run.Send(Message(), wrong, Message()));
        Assert.Equal(["0: 250"], run.Told);
        Assert.Equal(5, string.Concat(run.Connection.Sent).Count(c => c == '\n'));
    }

    [Fact]
    public void A_file_that_is_not_there_and_a_reader_that_fails_end_it_likewise()
    {
        var run = new Run(_folder, ["PIPELINING"]);
        Assert.Equal(Fault.NotFound,
            run.Send(Message(), Message() with { Path = Path.Combine(_folder.Path, "none") }));
        Assert.Equal(["0: 250"], run.Told);
        run = new Run(_folder, ["PIPELINING"]);
        Assert.Equal(Fault.Io, run.Send(Message(), Message() with { Reader = _ => -1 }));
        Assert.Equal(["0: 250"], run.Told);
    }

    [Fact]
    public void Of_a_loss_every_message_that_was_given_hears()
    {
        var run = new Run(_folder, ["PIPELINING"], lostAfter: 2);
        Assert.Equal(Fault.Closed, run.Send(Message(), Message(), Message(), Message()));
        Assert.Equal(["0: 250", "1: 0 Closed, maybe taken", "2: 0 Closed"], run.Told);
    }

    private static Given Message() => new();

    /// <summary>A message, to be changed by "with".</summary>
    private sealed record Given
    {
        public string From { get; init; } = "ann@a.example";
        public string? Parameters { get; init; }
        public string[] To { get; init; } = ["bob@b.example"];
        public string?[]? ToParameters { get; init; }
        public byte[] Content { get; init; } = [(byte)'x', (byte)'\n'];
        public string? Path { get; init; }
        public ContentReader? Reader { get; init; }

        public static implicit operator SmtpMessage(Given given) => new()
        {
            From = given.From,
            Parameters = given.Parameters,
            To = given.To,
            ToParameters = given.ToParameters,
            Content = given.Content,
            Path = given.Path,
            Reader = given.Reader,
        };
    }

    private sealed class Run : ISmtpMessages
    {
        private readonly Queue<SmtpMessage> _messages = new();
        private readonly TemporaryFolder _folder;
        private readonly SmtpDialogue _dialogue = new(new MemoryPeer(), SmtpTimeouts.Standard, TimeSpan.MaxValue);

        public Run(TemporaryFolder folder, string[] extensions, int lostAfter = int.MaxValue)
        {
            _folder = folder;
            Server = new MemoryServer(extensions);
            Connection = new MemoryConnection(said => Connection!.Sent.Count > lostAfter ? "" : Server.Answer(said));
            ReadOnlySpan<byte> greeting = "220 hello\r\n"u8;
            _dialogue.BeginTurn();
            _dialogue.Read(ref greeting, out _, out _);
            _dialogue.Ehlo("host.example", new Output());
            _dialogue.BeginTurn();
            ReadOnlySpan<byte> answer = Encoding.ASCII.GetBytes(
                "250-mx\r\n" + string.Concat(extensions.Select(one => $"250-{one}\r\n")) + "250 HELP\r\n");
            Assert.Equal(DialogueRead.Reply, _dialogue.Read(ref answer, out _, out _));
        }

        public MemoryServer Server { get; }
        public MemoryConnection Connection { get; }
        public List<string> Told { get; } = [];

        public Fault Send(params SmtpMessage[] messages)
        {
            foreach (SmtpMessage message in messages)
                _messages.Enqueue(message);
            var batch = new MessageBatch(
                this, _dialogue, () => new SubmissionContent(_folder.Path), () => false);
            Fault ended = new BlockingTransactions(_dialogue, Connection, batch, EightBitUse.Convert).Run(new Output());
            return ended == Fault.None ? batch.Problem : ended;
        }

        public Fault Next(out SmtpMessage? message)
        {
            message = _messages.TryDequeue(out SmtpMessage? next) ? next : null;
            return Fault.None;
        }

        public void Sent(long number, IReadOnlyList<AttemptResult?> results)
            => Told.Add($"{number}: " + string.Join(' ', results.Select(result => result!.ReplyCode
                + (result.Fault == Fault.None ? "" : $" {result.Fault}") + (result.IsUnknown ? ", maybe taken" : ""))));
    }
}
