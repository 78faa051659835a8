using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;
using static MailModule.Tests.Smtp.Client.ClientDialogue;

namespace MailModule.Tests.Smtp.Client;

/// <summary>Whole transactions over a dialogue of a caller that waits itself, between verbs of its own.</summary>
public class BlockingTransactionsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Each_message_takes_one_write_and_one_read_where_pipelining_is_offered(int cut)
    {
        var caller = new Caller(new MemoryServer("PIPELINING").Answer, cut);
        SmtpClientTransaction[] work = [.. Enumerable.Range(0, 5).Select(i => Message($"{i}\n", "a@b.example"))];
        Assert.Equal(Fault.None, caller.Run(work));
        Assert.All(work, one => Assert.True(one.IsDelivered(0)));
        Assert.Equal(6, caller.Connection.Sent.Count);
        Assert.Equal("0\n.\nMAIL FROM:<ann@a.example>\nRCPT TO:<a@b.example>\nDATA\n", caller.Connection.Sent[1]);
        if (cut == 0)
            Assert.Equal(6, caller.Connection.ReceiveCount);
        Assert.Equal(250, caller.Say(smtp => smtp.Noop).Code);
    }

    [Fact]
    public void A_small_message_takes_one_write_and_one_read_where_chunking_is_offered_too()
    {
        var caller = new Caller(new MemoryServer("PIPELINING", "CHUNKING").Answer);
        SmtpClientTransaction[] work =
            [.. Enumerable.Range(0, 5).Select(i => Message(new TextOf($"{i}\r\n"), "a@b.example"))];
        Assert.Equal(Fault.None, caller.Run(work));
        Assert.Equal((5, 5), (caller.Connection.Sent.Count, caller.Connection.ReceiveCount));
        Assert.All(work, one => Assert.True(one.IsDelivered(0)));
    }

    [Fact]
    public void A_long_content_goes_in_pieces_without_a_wait_between_them()
    {
        var server = new MemoryServer("PIPELINING");
        var caller = new Caller(server.Answer);
        SmtpClientTransaction message = Message(new LongText(1 << 20, pending: false), "a@b.example");
        Assert.Equal(Fault.None, caller.Run(message));
        Assert.True(message.IsDelivered(0));
        Assert.Equal((1 << 20, 2), (message.Sent, caller.Connection.ReceiveCount));
        Assert.True(caller.Connection.Sent.Count > 10);
    }

    [Fact]
    public void No_transaction_is_open_behind_it_and_one_that_was_open_before_is_reset()
    {
        var caller = new Caller(said => said switch
        {
            _ when said.Contains("RCPT TO:<no@b.example>\nDATA", StringComparison.Ordinal)
                => "250 reset\n250 ok\n550 no\n554 nobody\n",
            _ => "250 ok\n",
        });
        caller.Pipeline();
        caller.Say(smtp => output => smtp.Mail("x@y.example", default, output));
        SmtpClientTransaction message = Message("x\n", "no@b.example");
        Assert.Equal(Fault.None, caller.Run(message));
        Assert.Equal("RSET\nMAIL FROM:<ann@a.example>\nRCPT TO:<no@b.example>\nDATA\n", caller.Connection.Sent[0]);
        Assert.Equal("RSET\n", caller.Connection.Sent[1]);
        Assert.False(caller.Dialogue.HasMail || caller.Dialogue.AwaitsReply);
        Assert.Equal(Fault.RefusedPermanent, message.Results[0]!.Fault);
    }

    [Fact]
    public void Without_a_message_nothing_is_said()
    {
        var caller = new Caller(new MemoryServer("PIPELINING").Answer);
        Assert.Equal(Fault.None, caller.Run());
        Assert.Empty(caller.Connection.Sent);
    }

    [Theory]
    [InlineData(Fault.Closed)]
    [InlineData(Fault.Timeout)]
    [InlineData(Fault.Cancelled)]
    public void A_loss_is_told_to_all_that_were_given(Fault loss)
    {
        var server = new MemoryServer("PIPELINING");
        int writes = 0;
        var caller = new Caller(said => writes++ == 3 ? "" : server.Answer(said));
        caller.Connection.Fault = loss;
        SmtpClientTransaction[] work = [.. Enumerable.Range(0, 4).Select(i => Message($"{i}\n", "a@b.example"))];
        Assert.Equal(loss, caller.Run(work));
        Assert.True(work[0].IsDelivered(0));
        Assert.Equal((loss, true), (work[1].Results[0]!.Fault, work[1].Results[0]!.IsUnknown));
        // Nothing of the third was answered. Who cancels wants it to end.
        Assert.Equal(loss == Fault.Cancelled ? 0 : 1, caller.Returned.Count);
        Assert.False(work[3].IsFinal(0));
    }

    [Fact]
    public void What_the_server_says_instead_of_taking_the_content_counts()
    {
        var server = new MemoryServer("PIPELINING");
        var caller = new Caller(said => said.StartsWith('.') ? "421 4.3.2 down\n" : server.Answer(said));
        SmtpClientTransaction message = Message(new LongText(1000, pending: false), "a@b.example");
        Assert.Equal(Fault.RefusedTemporary, caller.Run(message));
        Assert.Equal(421, message.Results[0]!.ReplyCode);
    }

    [Fact]
    public void Lmtp_has_a_verdict_for_each_recipient()
    {
        var caller = new Caller(said => said switch
        {
            _ when said.StartsWith("LHLO", StringComparison.Ordinal) => "250-mx\n250-CHUNKING\n250 PIPELINING\n",
            _ when said.StartsWith("MAIL", StringComparison.Ordinal) => "250 ok\n250 ok\n550 no\n250 ok\n354 go\n",
            _ when said.StartsWith('.') => "", // the dot of a content that nobody is to have
            _ when said.EndsWith(".\n", StringComparison.Ordinal) => "250 first\n452 4.2.2 full\n",
            _ => "250 ok\n",
        });
        caller.Say(smtp => output => smtp.Lhlo("host.example", output));
        SmtpClientTransaction message =
            Message(new TextOf("x\r\n"), "a@b.example", "b@b.example", "c@b.example", "a@b.example");
        Assert.Equal(Fault.None, caller.Run(message));
        Assert.Equal([Fault.None, Fault.RefusedPermanent, Fault.RefusedTemporary, Fault.None],
            message.Results.Select(result => result!.Fault));
        Assert.Equal("4.2.2", message.Results[2]!.Enhanced);
    }

    private sealed class Caller : ITransactionOwner
    {
        private readonly Queue<SmtpClientTransaction> _work = new();
        private readonly Output _output = new();

        public Caller(Func<string, string?> answer, int cut = 0)
        {
            Dialogue = new SmtpDialogue(new MemoryPeer(), SmtpTimeouts.Standard, TimeSpan.MaxValue);
            Connection = new MemoryConnection(answer, cut);
            Connection.Come("220 hello\n");
            Say(_ => _ => { });
            Say(smtp => output => smtp.Ehlo("host.example", output));
            Forget();
        }

        public SmtpDialogue Dialogue { get; }
        public MemoryConnection Connection { get; private set; }
        public List<SmtpClientTransaction> Returned { get; } = [];

        /// <summary>The server offers PIPELINING from now on.</summary>
        public void Pipeline()
        {
            MemoryConnection other = Connection;
            Connection = new MemoryConnection(_ => "250-mx\n250 PIPELINING\n");
            Say(smtp => output => smtp.Ehlo("host.example", output));
            Connection = other;
        }

        public Reply Say(Func<SmtpDialogue, Action<Output>> command)
        {
            Dialogue.BeginTurn();
            command(Dialogue)(_output);
            Dialogue.EndTurn(_output);
            if (_output.Length > 0)
                Assert.Equal(Fault.None, Connection.Send(_output.Written));
            _output.Clear();
            Dialogue.BeginTurn();
            while (true)
            {
                ReadOnlySpan<byte> input = Connection.Unconsumed;
                DialogueRead read = Dialogue.Read(ref input, out _, out Reply reply);
                Connection.Consume(Connection.Unconsumed.Length - input.Length);
                if (read == DialogueRead.Reply)
                    return reply;
                Assert.Equal(Fault.None, Connection.Receive());
            }
        }

        public Fault Run(params SmtpClientTransaction[] work)
        {
            Forget();
            foreach (SmtpClientTransaction transaction in work)
                _work.Enqueue(transaction);
            return new BlockingTransactions(Dialogue, Connection, this, EightBitUse.Convert).Run(_output);
        }

        SmtpClientTransaction? ITransactionOwner.NextTransaction(ServerExtensions offered)
            => _work.TryDequeue(out SmtpClientTransaction? next) ? next : null;

        SmtpClientTransaction? ITransactionOwner.EarlyTransaction()
            => _work.TryDequeue(out SmtpClientTransaction? next) ? next : null;

        void ITransactionOwner.Sending(SmtpClientTransaction transaction)
        {
        }

        void ITransactionOwner.Completed(SmtpClientTransaction transaction)
            => Assert.DoesNotContain(null, transaction.Results);

        void ITransactionOwner.Returned(SmtpClientTransaction transaction) => Returned.Add(transaction);

        private void Forget() => Connection.Forget();
    }
}
