using System.Text;
using MailModule.Delivery.Remote;
using MailModule.Mail;
using MailModule.Smtp.Client;
using MailModule.Tests.Delivery.Outgoing;

namespace MailModule.Tests.Delivery.Remote;

/// <summary>
/// Has transactions for an attempt; keeps what it hears, and each offence against the contract of IAttemptOwner.
/// </summary>
internal sealed class AttemptOwner(params SmtpClientTransaction[] transactions) : IAttemptOwner
{
    private readonly Queue<SmtpClientTransaction> _waiting = new(transactions);
    private readonly List<string> _heard = [];
    private readonly ManualResetEventSlim _ended = new();
    private int _inside;

    /// <summary>Called with each thing that is heard.</summary>
    public Action<string, IDeliveryAttempt>? Heard { get; init; }

    /// <summary>What the owner says to an address; null: go there.</summary>
    public Func<TargetAddress, (ConnectVerdict Verdict, AttemptResult? Known)>? Verdict { get; init; }

    /// <summary>Hosts that failed before they were ready.</summary>
    public List<AttemptResult> Failures { get; } = [];

    public List<string> Offences { get; } = [];
    public AttemptResult? End { get; private set; }
    public bool WasReady { get; private set; }

    /// <summary>The host that gave each completed transaction its first result.</summary>
    public List<RemoteHost?> Hosts { get; } = [];

    /// <summary>Without <c>sending</c>, which comes as often as it likes.</summary>
    public string[] All => [.. _heard.Where(one => one != "sending")];

    public static SmtpClientTransaction Transaction(string text, params string[] to)
        => new(Outbox.Address("ann@a.example"), [.. to.Select(one => new Recipient(Outbox.Address(one), null))],
            new Words(text));

    public AttemptResult WaitForEnd()
    {
        Assert.True(_ended.Wait(Outbox.Long));
        Assert.Empty(Offences);
        return End!;
    }

    public ConnectVerdict MayConnect(IDeliveryAttempt attempt, TargetAddress target, out AttemptResult? known)
    {
        (ConnectVerdict verdict, known) = Verdict?.Invoke(target) ?? (ConnectVerdict.Granted, null);
        return verdict;
    }

    public void NotReady(IDeliveryAttempt attempt, AttemptResult failure) => Failures.Add(failure);

    public void Connecting(IDeliveryAttempt attempt) => Hear("connecting", attempt);

    public void Connected(IDeliveryAttempt attempt) => Hear("connected", attempt);

    public SmtpClientTransaction? NextTransaction(IDeliveryAttempt attempt)
    {
        bool isThere = _waiting.TryDequeue(out SmtpClientTransaction? transaction);
        Hear(isThere ? "next" : "nothing", attempt);
        return transaction;
    }

    public void Sending(IDeliveryAttempt attempt, SmtpClientTransaction transaction) => Hear("sending", attempt);

    public void Completed(IDeliveryAttempt attempt, SmtpClientTransaction transaction)
    {
        Hosts.Add(transaction.Results[0]?.RemoteHost);
        if (transaction.Results.Any(result => result is null))
            Offences.Add("completed without a result");
        Hear("completed", attempt);
    }

    public void Returned(IDeliveryAttempt attempt, SmtpClientTransaction transaction) => Hear("returned", attempt);

    public void Ended(IDeliveryAttempt attempt, AttemptResult end)
    {
        End = end;
        WasReady = attempt.WasReady;
        Hear("ended", attempt);
        _ended.Set();
    }

    private void Hear(string what, IDeliveryAttempt attempt)
    {
        if (Interlocked.Increment(ref _inside) != 1)
            Offences.Add("two at once");
        if (_heard.LastOrDefault() == "ended")
            Offences.Add($"{what} after the end");
        _heard.Add(what);
        Heard?.Invoke(what, attempt);
        Interlocked.Decrement(ref _inside);
    }

    /// <summary>Content in memory that can be sent again.</summary>
    private sealed class Words(string text) : IRepeatableSource
    {
        private byte[] _rest = Encoding.UTF8.GetBytes(text);

        public long WireLength => text.Length;
        public bool IsEightBit => false;

        public IMessageSource Reopen() => new Words(text);

        public bool TryRead(Span<byte> buffer, Action ready, out int count)
        {
            count = Math.Min(buffer.Length, _rest.Length);
            _rest.AsSpan(0, count).CopyTo(buffer);
            _rest = _rest[count..];
            return true;
        }
    }
}
