using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Delivery.Queue;

/// <summary>
/// Whatever happens in whatever order: every recipient is in one place, the counts are right, nothing is sent twice,
/// and all of it ends.
/// </summary>
public class QueueModelTests
{
    [Fact]
    public void No_order_of_events_loses_or_repeats_a_message()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            using var model = new Model(seed);
            for (int step = 0; step < 60; step++)
                model.Step();
            model.End();
        }
    }

    private sealed class Model : IDisposable
    {
        private static readonly string[] Hops = ["d0.test", "d1.test", "d2.test", "hub.test"];
        private static readonly AttemptResult Refused =
            ScriptedNetwork.NotReached(Fault.Connect, "4.4.1", "connection refused");
        private static readonly AttemptResult NoDomain =
            ScriptedNetwork.NotReached(Fault.Dns, "5.1.2", "there is no such domain", isPermanent: true);
        private static readonly AttemptResult Shortage =
            ScriptedNetwork.NotReached(Fault.Full, "4.3.0", "no descriptor");

        private readonly int _seed;
        private readonly Random _random;
        private readonly List<QueueSpool.Entry> _entries = [];
        private readonly HashSet<string> _delivered = [];
        private readonly List<string> _dsns = [];
        private readonly ManualClock _clock = new();
        private QueueBench _bench;
        private string? _smarthost;
        private bool _isHealed;
        private string _did = "";

        public Model(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            _bench = NewBench();
        }

        public void Step()
        {
            switch (_random.Next(16))
            {
                case < 4: Add(); break;
                case 4: Toggle(_bench.Network.Hanging); break;
                case 5: TurnDown(); break;
                case 6: CloseEarly(); break;
                case 7: _bench.Dsns.Fault = _random.Next(2) == 0 ? Fault.Full : Fault.None; break;
                case 8: Did("pass", () => _bench.Pass(TimeSpan.FromSeconds(_random.Next(1, 8000)))); break;
                case 9: _smarthost = _random.Next(3) == 0 ? "hub.test" : null; break;
                case 10: Did("back", () => _clock.Turn(TimeSpan.FromMinutes(-_random.Next(300)))); break;
                case 11: Restart(); break;
                case 12: _bench.Network.OffersDsn = !_bench.Network.OffersDsn; break;
                default: Change(); break;
            }
            _bench.Turn();
            Check();
        }

        public void End()
        {
            _isHealed = true;
            Heal();
            _bench.Queue.Release(null);
            _bench.Pass(TimeSpan.FromHours(40));
            Check();
            Assert.True(_bench.Queue.Counts == default, Said("something waits for ever"));
            Assert.All(_entries, entry => Assert.True(IsDone(entry), Said(entry.Id)));
            foreach (Recipient recipient in _entries.SelectMany(entry => entry.Envelope.Recipients))
            {
                string address = recipient.Address.Text;
                int failures = AllDsns().Count(dsn => dsn.StartsWith("Failed", StringComparison.Ordinal)
                    && dsn.Contains($" {address} ", StringComparison.Ordinal));
                Assert.True(failures <= (_delivered.Contains(address) ? 0 : 1), Said(address));
            }
        }

        public void Dispose() => _bench.Dispose();

        private void CloseEarly()
            => _bench.Network.MessagesPerConnection = _random.Next(4) == 0 ? _random.Next(3) : int.MaxValue;

        private QueueBench NewBench()
        {
            var bench = new QueueBench(
                connectionsPerDestination: 3, recovered: _entries.Where(entry => !IsDone(entry)),
                nextHopOf: domain => _smarthost ?? domain, clock: _clock);
            foreach (string hop in Hops)
                bench.Network.Answers[hop] = Answer;
            return bench;
        }

        private object Answer(string address)
        {
            Assert.False(_delivered.Contains(address), Said($"{address} is sent again"));
            Assert.False(IsMarked(address), Said($"{address} is done and sent"));
            if (!_isHealed && _random.Next(12) == 0)
                Change();
            object answer = (_isHealed ? 5 : _random.Next(8)) switch
            {
                0 => 550,
                1 => 451,
                2 => 452,
                3 => Fault.Closed,
                4 => Fault.Cancelled,
                _ => 250,
            };
            if (answer is 250)
                _delivered.Add(address);
            return answer;
        }

        private void Add() => Did("add", () =>
        {
            string id = $"m{_entries.Count}";
            string[] to = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(i => $"{id}r{i}@d{_random.Next(3)}.test")];
            Notify notify = _random.Next(3) == 0 ? Notify.Success | Notify.Failure : Notify.Default;
            var entry = new QueueSpool.Entry(id, _clock.GetUtcNow(), notify, to);
            _entries.Add(entry);
            _bench.Queue.Enqueue(entry);
        });

        private void Change()
        {
            if (_entries.Count == 0)
                return;
            QueueSpool.Entry entry = _entries[_random.Next(_entries.Count)];
            string? id = _random.Next(10) == 0 ? null : entry.Id;
            switch (_random.Next(6))
            {
                case 0: Did("hold", () => _bench.Queue.Hold(id)); break;
                case 1: Did("remove", () => _bench.Queue.Remove(entry.Id)); break;
                case 2: Did("redirect", () => Redirect(entry)); break;
                case 3: Did("retry", () => _bench.Queue.Retry(id)); break;
                default: Did("release", () => _bench.Queue.Release(id)); break;
            }
        }

        private void Redirect(QueueSpool.Entry entry)
        {
            Assert.True(MailAddress.TryParse("me@here.test", out MailAddress target));
            _bench.Spool.WriteFault = _random.Next(3) == 0 ? Fault.Full : Fault.None;
            MailAddress? one = _random.Next(2) == 0 ? entry.Envelope.Recipients[0].Address : null;
            _bench.Queue.Redirect(entry.Id, one, target, out _);
        }

        private void Toggle(HashSet<string> hops)
        {
            string hop = Hops[_random.Next(Hops.Length)];
            if (!hops.Remove(hop))
                hops.Add(hop);
        }

        private void TurnDown()
        {
            string hop = Hops[_random.Next(Hops.Length)];
            if (!_bench.Network.Down.Remove(hop))
                _bench.Network.Down[hop] = _random.Next(6) switch { 0 => NoDomain, 1 => Shortage, _ => Refused };
        }

        private void Restart() => Did("restart", () =>
        {
            Assert.True(_bench.Queue.Stop(TimeSpan.Zero), Said("it does not stop"));
            _bench.Dispose();
            _dsns.AddRange(_bench.Dsns.Sent);
            _bench = NewBench();
        });

        private void Heal()
        {
            _bench.Network.Hanging.Clear();
            _bench.Network.Down.Clear();
            _bench.Network.MessagesPerConnection = int.MaxValue;
            _bench.Dsns.Fault = Fault.None;
        }

        private void Check()
        {
            var counted = new int[(int)QueueState.Relayed + 1];
            int messages = 0;
            foreach (QueueSpool.Entry entry in _entries)
            {
                Fault fault = _bench.Queue.Find(entry.Id, out QueuedMessageView? message);
                Assert.True(IsDone(entry) == (fault == Fault.NotFound), Said($"{entry.Id}: {fault}"));
                if (message is null)
                    continue;
                messages++;
                foreach (QueuedRecipientView one in message.Recipients)
                {
                    counted[(int)one.State]++;
                    Assert.True((one.State == QueueState.Done) == IsMarked(one.Address.Text),
                        Said($"{one.Address} {one.State}"));
                    Assert.True((one.State == QueueState.Deferred) == one.NextAttempt is not null,
                        Said($"{one.Address} {one.State}"));
                }
            }
            int Of(QueueState state) => counted[(int)state];
            int all = Of(QueueState.Ready) + Of(QueueState.Active) + Of(QueueState.Deferred) + Of(QueueState.Held)
                + Of(QueueState.Failed) + Of(QueueState.Relayed);
            var expected = new QueueCounts(
                messages, all, Of(QueueState.Ready), Of(QueueState.Active), Of(QueueState.Deferred),
                Of(QueueState.Held), Of(QueueState.Failed), Of(QueueState.Relayed));
            Assert.True(_bench.Queue.Counts == expected, Said($"{_bench.Queue.Counts} is not {expected}"));
        }

        private bool IsMarked(string address)
            => _entries.Exists(entry =>
                entry.Envelope.Recipients.FindIndex(one => one.Address.Text == address) is >= 0 and var index
                && entry.IsDone(index));

        private static bool IsDone(QueueSpool.Entry entry) => entry.Done.Count == entry.Envelope.Recipients.Count;

        private IEnumerable<string> AllDsns() => _dsns.Concat(_bench.Dsns.Sent);

        private string Said(string what) => $"seed {_seed}, after {_did}: {what}";

        private void Did(string what, Action step)
        {
            _did = what;
            step();
        }
    }
}
