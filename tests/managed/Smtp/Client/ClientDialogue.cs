using System.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Tests.Smtp.Client;

/// <summary>
/// A client session that is stepped over memory: the test plays the server, and sees what the client says and what
/// comes out.
/// </summary>
internal sealed class ClientDialogue : ISmtpClientOwner
{
    private readonly Queue<SmtpClientTransaction> _work = new();
    private readonly MemoryPeer _peer = new();
    private readonly SmtpClientSession _session;
    private readonly SteppedSession _stepped;
    private readonly int _cut;
    private readonly bool _stopAtTls;
    private readonly bool _early;

    /// <param name="cut">The server's octets come in pieces of this length; 0: as they are said.</param>
    /// <param name="stopAtTls">The handshake never ends.</param>
    /// <param name="early">The owner gives the next transaction before the last is judged.</param>
    /// <param name="login">Null: none.</param>
    public ClientDialogue(
        StartTlsUse startTls = StartTlsUse.Never, int cut = 0, bool stopAtTls = false, bool early = false,
        Credentials? login = null, bool clear = false, ChunkingUse chunking = ChunkingUse.None,
        params SmtpClientTransaction[] work)
    {
        _early = early;
        _cut = cut;
        _stopAtTls = stopAtTls;
        foreach (SmtpClientTransaction transaction in work)
            _work.Enqueue(transaction);
        _session = new SmtpClientSession(
            new SmtpClientOptions("client.example", startTls)
            {
                Login = login,
                AllowsClearPassword = clear,
                Chunking = chunking,
            }, this, _peer);
        _stepped = new SteppedSession(_session, _peer);
        Step([]);
    }

    /// <summary>Of the server's certificate.</summary>
    public byte[]? EndPointBinding { init => _peer.EndPointBinding = value; }

    public SmtpClientSession Session => _session;
    public Next Last => _stepped.Waits;
    public Fault Fault { get; private set; }
    public Reply? Words { get; private set; }
    public int CompletedCount { get; private set; }

    /// <summary>Most octets that one step gave.</summary>
    public int LargestOutput { get; private set; }

    /// <summary>
    /// Octets the client has said in all; kept apart when <see cref="Step"/>'s text would be too much.
    /// </summary>
    public long SaidLength { get; private set; }
    public bool HasEnded { get; private set; }
    public List<long> Progress { get; } = [];
    public List<SmtpClientTransaction> Returned { get; } = [];

    public static SmtpClientTransaction Message(string text, params string[] to) => Message(new TextOf(text), to);

    public static SmtpClientTransaction Message(IMessageSource source, params string[] to)
        => new(Address("ann@a.example"), [.. to.Select(one => new Recipient(Address(one), null))], source);

    public static MailAddress Address(string text)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address), text);
        return address;
    }

    /// <summary>The server says this; returns what the client answers.</summary>
    public string Say(string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal));
        if (_cut == 0)
            return Step(octets);
        var said = new StringBuilder();
        for (int at = 0; at < octets.Length; at += _cut)
            said.Append(Step(octets[at..Math.Min(at + _cut, octets.Length)]));
        return said.ToString();
    }

    public void Lose() => _stepped.Lose(Fault.Closed);

    public void Expire(ExpiryReason reason = ExpiryReason.Idle) => _stepped.Stop(reason, new Output());

    /// <summary>Who had to wait has what it waited for.</summary>
    public string Resume()
    {
        _peer.Resume();
        return Step([]);
    }

    private string Step(byte[] octets)
    {
        var said = new StringBuilder();
        Step(output => _stepped.Step(octets, TimeSpan.Zero, output), said);
        while (Last == Next.Write || (Last == Next.StartTls && !_stopAtTls))
            if (Last == Next.StartTls)
                Step(output => _stepped.BeginTls("TLS", TimeSpan.Zero, output), said);
            else
                Step(output => _stepped.Step([], TimeSpan.Zero, output), said);
        return said.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private void Step(Action<Output> step, StringBuilder said)
    {
        var output = new Output();
        step(output);
        LargestOutput = Math.Max(LargestOutput, output.Length);
        SaidLength += output.Length;
        if (said.Length < 1 << 20)
            said.Append(Encoding.UTF8.GetString(output.Written));
    }

    SmtpClientTransaction? ITransactionOwner.NextTransaction(ServerExtensions offered)
        => _work.TryDequeue(out SmtpClientTransaction? next) ? next : null;

    SmtpClientTransaction? ITransactionOwner.EarlyTransaction()
        => _early && _work.TryDequeue(out SmtpClientTransaction? next) ? next : null;

    void ITransactionOwner.Returned(SmtpClientTransaction transaction)
    {
        Assert.False(transaction.HasAccepted || transaction.Results.Any(result => result is not null));
        Returned.Add(transaction);
    }

    void ITransactionOwner.Sending(SmtpClientTransaction transaction) => Progress.Add(transaction.Sent);

    void ITransactionOwner.Completed(SmtpClientTransaction transaction)
    {
        Assert.DoesNotContain(null, transaction.Results);
        CompletedCount++;
    }

    void ISmtpClientOwner.Challenged(SmtpClientSession session)
    {
        session.ComputeResponse();
        _peer.Resume();
    }

    void ISmtpClientOwner.Ended(SmtpClientSession session, Fault fault, Reply? reply)
    {
        Assert.False(HasEnded);
        HasEnded = true;
        Fault = fault;
        Words = reply;
    }

    /// <summary>A text in memory.</summary>
    internal sealed class TextOf(string text) : IMessageSource
    {
        private readonly MemoryStream _octets = new(Encoding.UTF8.GetBytes(text));

        public long WireLength => _octets.Length;
        public bool IsEightBit => _octets.ToArray().Any(octet => octet > 127);
        public bool IsAtHand => true;

        public bool TryRead(Span<byte> buffer, Action ready, out int count)
        {
            count = _octets.Read(buffer);
            return true;
        }
    }

    /// <summary>A long text that is made while it is read, and that is not there at every second call.</summary>
    internal sealed class LongText(long length, bool pending) : IMessageSource
    {
        private static readonly byte[] s_line = Encoding.ASCII.GetBytes(".a line of thirty octets, no less\n");
        private long _given;
        private bool _isThere = !pending;

        public long WireLength => length;
        public bool IsEightBit => false;
        public int Waits { get; private set; }

        public bool TryRead(Span<byte> buffer, Action ready, out int count)
        {
            count = 0;
            if (!_isThere)
            {
                _isThere = true;
                Waits++;
                return false;
            }
            _isThere = !pending;
            count = (int)Math.Min(buffer.Length, length - _given);
            for (int i = 0; i < count; i++)
                buffer[i] = s_line[(int)((_given + i) % s_line.Length)];
            _given += count;
            return true;
        }
    }

    /// <summary>A text that fails after its first octets.</summary>
    internal sealed class BrokenText : IMessageSource
    {
        private bool _begun;

        public long WireLength => 100;
        public bool IsEightBit => false;

        public bool TryRead(Span<byte> buffer, Action ready, out int count)
        {
            count = _begun ? -1 : 1;
            buffer[0] = (byte)'x';
            _begun = true;
            return true;
        }
    }
}
