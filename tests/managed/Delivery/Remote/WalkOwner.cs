using System.Text;
using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Smtp.Client;
using MailModule.Tests.Delivery.Outgoing;

namespace MailModule.Tests.Delivery.Remote;

/// <summary>Has transactions for a run, and keeps what it hears and whether the rules for telling it were kept.</summary>
internal sealed class WalkOwner(params SmtpClientTransaction[] transactions) : IRunOwner
{
    private readonly Queue<SmtpClientTransaction> _waiting = new(transactions);
    private readonly List<string> _heard = [];
    private readonly ManualResetEventSlim _ended = new();
    private int _inside;

    /// <summary>Called with each thing that is heard.</summary>
    public Action<string, IRemoteRun>? Heard { get; init; }

    public List<string> Offences { get; } = [];
    public RunEnd? End { get; private set; }

    /// <summary>Whose words each completed transaction's results are.</summary>
    public List<RemoteHost?> Hosts { get; } = [];

    /// <summary>Without <c>sending</c>, which comes as often as it likes.</summary>
    public string[] All => [.. _heard.Where(one => one != "sending")];

    public static SmtpClientTransaction Transaction(string text, params string[] to)
        => new(Outbox.Address("ann@a.example"), to.Select(one => new RecipientResult(Outbox.Address(one))), new Words(text));

    public RunEnd WaitForEnd()
    {
        Assert.True(_ended.Wait(Outbox.Long));
        Assert.Empty(Offences);
        return End!;
    }

    public void Connecting(IRemoteRun run) => Hear("connecting", run);

    public void Connected(IRemoteRun run) => Hear("connected", run);

    public SmtpClientTransaction? Next(IRemoteRun run)
    {
        bool isThere = _waiting.TryDequeue(out SmtpClientTransaction? transaction);
        Hear(isThere ? "next" : "nothing", run);
        return transaction;
    }

    public void Sending(IRemoteRun run, SmtpClientTransaction transaction) => Hear("sending", run);

    public void Completed(IRemoteRun run, SmtpClientTransaction transaction)
    {
        Hosts.Add(run.Host);
        if (transaction.Recipients.Any(result => !result.IsFinal))
            Offences.Add("completed without a result");
        Hear("completed", run);
    }

    public void Returned(IRemoteRun run, SmtpClientTransaction transaction) => Hear("returned", run);

    public void Ended(IRemoteRun run, RunEnd end)
    {
        End = end;
        Hear("ended", run);
        _ended.Set();
    }

    private void Hear(string what, IRemoteRun run)
    {
        if (Interlocked.Increment(ref _inside) != 1)
            Offences.Add("two at once");
        if (_heard.LastOrDefault() == "ended")
            Offences.Add($"{what} after the end");
        _heard.Add(what);
        Heard?.Invoke(what, run);
        Interlocked.Decrement(ref _inside);
    }

    /// <summary>A text in memory that can be sent again.</summary>
    private sealed class Words(string text) : IRepeatableSource
    {
        private byte[] _rest = Encoding.UTF8.GetBytes(text);

        public long WireLength => text.Length;
        public bool IsEightBit => false;

        public IMessageSource Again() => new Words(text);

        public bool TryRead(Span<byte> buffer, Action ready, out int count)
        {
            count = Math.Min(buffer.Length, _rest.Length);
            _rest.AsSpan(0, count).CopyTo(buffer);
            _rest = _rest[count..];
            return true;
        }
    }
}
