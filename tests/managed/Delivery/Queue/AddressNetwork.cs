using System.Net;
using MailModule.Delivery.Remote;
using MailModule.Delivery.Routing;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>
/// A network in which next hops lead to addresses by a look-up, and in which what is silent stays so until the clock
/// has been turned, or it is given up. Nothing happens before <see cref="Work"/>.
/// </summary>
internal sealed class AddressNetwork(ManualClock clock) : IRemoteDelivery
{
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan LookUpTimeout = TimeSpan.FromSeconds(45);

    private readonly List<Attempt> _attempts = [];

    /// <summary>Where a next hop leads.</summary>
    public Func<string, string[]> AddressesOf { get; set; } = _ => ["192.0.2.1"];

    /// <summary>The host that has these addresses.</summary>
    public Func<string, string> HostOf { get; set; } = nextHop => $"mx.{nextHop}";

    public Func<string, bool> HasSilentDns { get; set; } = _ => false;

    /// <summary>Addresses that answer nothing.</summary>
    public HashSet<string> Silent { get; } = [];

    /// <summary>Of the silent ones: they are so under TLS, and then once more in clear text.</summary>
    public bool IsSilentTwice { get; set; }

    /// <summary>Addresses that refuse each connection.</summary>
    public HashSet<string> Refusing { get; } = [];

    /// <summary>Addresses that are ready, and then answer nothing.</summary>
    public HashSet<string> Mute { get; } = [];

    /// <summary>Addresses where a message takes until the next <see cref="Work"/>.</summary>
    public HashSet<string> Slow { get; } = [];

    /// <summary>The addresses that were connected to, each time.</summary>
    public List<string> Dialled { get; } = [];

    /// <summary>What was taken: the first recipient.</summary>
    public List<string> Taken { get; } = [];

    public int LookingUp => _attempts.Count(attempt => attempt.Address is null);
    public int Connected => _attempts.Count - LookingUp;
    public int MostAtOneAddress { get; private set; }

    private DateTimeOffset Now => clock.GetUtcNow();

    public IDeliveryAttempt Begin(string nextHop, IAttemptOwner owner)
    {
        var attempt = new Attempt(this, nextHop, owner);
        _attempts.Add(attempt);
        return attempt;
    }

    /// <summary>All that can happen at this moment.</summary>
    public void Work()
    {
        HashSet<Attempt> done = [];
        while (_attempts.Find(attempt => !done.Contains(attempt)) is { } next)
        {
            done.Add(next);
            Assert.True(done.Count < 20_000, "attempts are begun again and again");
            next.Work();
        }
    }

    private void Dial(string address)
    {
        Dialled.Add(address);
        MostAtOneAddress = Math.Max(MostAtOneAddress, _attempts.Count(attempt => attempt.Address == address));
    }

    private sealed class Attempt : IDeliveryAttempt
    {
        private readonly AddressNetwork _network;
        private readonly string _nextHop;
        private readonly IAttemptOwner _owner;
        private readonly Queue<string> _addresses;
        private DateTimeOffset _began;
        private bool _isGivenUp;
        private bool _isInClear;
        private AttemptResult? _failure;
        private SmtpClientTransaction? _transaction;

        public Attempt(AddressNetwork network, string nextHop, IAttemptOwner owner)
        {
            _network = network;
            _nextHop = nextHop;
            _owner = owner;
            _addresses = new Queue<string>(network.AddressesOf(nextHop));
            _began = network.Now;
        }

        public string? Address { get; private set; }
        public bool WasReady { get; private set; }

        public void Cancel() => End(Fault.Cancelled, "cut");

        public void GiveUpWaiting() => _isGivenUp = true;

        public void Work()
        {
            if (WasReady)
                Answer();
            else if (Address is not null)
                Wait();
            else if (!_network.HasSilentDns(_nextHop))
                TryNext();
            else if (_isGivenUp || _network.Now - _began >= LookUpTimeout)
                End(Fault.Dns, "no answer of the name servers");
            else
                _owner.LookingUp(this);
        }

        private void TryNext()
        {
            while (_addresses.TryDequeue(out string? address))
            {
                var host = new RouteHost(_network.HostOf(_nextHop), 25, [IPAddress.Parse(address)]);
                ConnectVerdict verdict
                    = _owner.MayConnect(this, new TargetAddress(host, host.Addresses[0]), out AttemptResult? known);
                _failure = known ?? _failure;
                if (verdict == ConnectVerdict.Later)
                    break;
                if (verdict != ConnectVerdict.Granted)
                    continue;
                (Address, _began, _isGivenUp) = (address, _network.Now, false);
                _network.Dial(address);
                Wait();
                return;
            }
            AttemptResult end = _failure ?? ScriptedNetwork.NotReached(Fault.Connect, "", "no address");
            _network._attempts.Remove(this);
            _owner.Ended(this, end);
        }

        private void Wait()
        {
            if (_network.Refusing.Contains(Address!))
                Fail(ScriptedNetwork.NotReached(Fault.Connect, "", "refused"));
            else if (!_network.Silent.Contains(Address!))
                BeReady();
            else if (!_isGivenUp && _network.Now - _began < ConnectTimeout)
                return;
            else if (_network.IsSilentTwice && !_isInClear)
                ConnectInClear();
            else
                Fail(ScriptedNetwork.NotReached(Fault.Timeout, "", "no answer in time"));
        }

        private void ConnectInClear()
        {
            (_isInClear, _began, _isGivenUp) = (true, _network.Now, false);
            _owner.Connecting(this);
        }

        private void Fail(AttemptResult failure)
        {
            _failure = failure;
            _owner.NotReady(this, failure);
            TryNext();
        }

        private void BeReady()
        {
            WasReady = true;
            _owner.Ready(this);
            _transaction = _owner.NextTransaction(this);
            if (!_network.Slow.Contains(Address!))
                Answer();
        }

        // One message, or at a fast host all there are.
        private void Answer()
        {
            if (_network.Mute.Contains(Address!) && _transaction is not null)
            {
                BeMute();
                return;
            }
            while (_transaction is { } transaction)
            {
                Take(transaction);
                _owner.Completed(this, transaction);
                _transaction = _owner.NextTransaction(this);
                if (_network.Slow.Contains(Address!) && _transaction is not null)
                    return;
            }
            End(Fault.None, "");
        }

        private void BeMute()
        {
            if (_network.Now - _began < ConnectTimeout)
                return;
            _transaction!.FailRest(Fault.Timeout, SmtpStage.Mail);
            _owner.Completed(this, _transaction);
            End(Fault.Timeout, "no answer in time");
        }

        private void Take(SmtpClientTransaction transaction)
        {
            _network.Taken.Add(transaction.Recipients[0].Address.Text);
            transaction.ApplyReply(new Reply(250, "2.0.0", "taken"), SmtpStage.EndOfData);
            transaction.MarkLeftOver();
        }

        private void End(Fault fault, string text)
        {
            _network._attempts.Remove(this);
            _owner.Ended(this, ScriptedNetwork.NotReached(fault, "", text));
        }
    }

}
