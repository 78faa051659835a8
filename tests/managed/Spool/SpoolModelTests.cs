using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Spool;

/// <summary>Anything in any order, with crashes and failures between, against a simple model.</summary>
public class SpoolModelTests
{
    private const string Directory = "/spool";
    private const int Seeds = 150;
    private const int Steps = 120;

    public enum Mishaps
    {
        None,
        PowerLoss,
        FailingCalls,
    }

    [Theory]
    [InlineData(Mishaps.None)]
    [InlineData(Mishaps.PowerLoss)]
    [InlineData(Mishaps.FailingCalls)]
    public void The_spool_holds_what_the_model_holds(Mishaps mishaps)
    {
        for (int seed = 0; seed < Seeds; seed++)
            new Life(seed, mishaps).Run();
    }

    private sealed class Life(int seed, Mishaps mishaps)
    {
        private readonly Random _random = new(seed);
        private readonly SpoolModel _model = new(Directory);
        private SimulatedDisk _disk = new(seed);
        private bool _hasFailed;

        public void Run()
        {
            int segmentLimit = _random.Next(2, 8) * 1024;
            Assert.True(_model.Open(_disk, segmentLimit));
            for (int step = 0; step < Steps; step++)
            {
                Step();
                if (_random.Next(25) == 0)
                    Restart(segmentLimit, step);
            }
            Restart(segmentLimit, Steps);
            End();
        }

        private void Step()
        {
            Injure();
            switch (_random.Next(12))
            {
                case < 4:
                    _model.Put(_random.Next(8) == 0 ? 6000 : _random.Next(50, 900), _random.Next(1, 4));
                    break;
                case < 7:
                    OnOne(Mark);
                    break;
                case < 9:
                    OnOne(entry => _model.Annotate(entry, _random.Next(6) == 0 ? 5000 : _random.Next(200)));
                    break;
                case 9:
                    _model.Flush();
                    break;
                case 10:
                    _model.Compact();
                    break;
                default:
                    if (mishaps != Mishaps.FailingCalls)
                        OnOne(_model.CheckRunning);
                    break;
            }
        }

        private void OnOne(Action<ISpoolEntry> action)
        {
            if (_model.Waiting.Count > 0)
                action(_model.Waiting[_random.Next(_model.Waiting.Count)]);
        }

        private void Mark(ISpoolEntry entry)
        {
            int count = entry.Envelope.Recipients.Count;
            _model.Mark(entry, _random.Next(3) > 0 ? [.. Enumerable.Range(0, count)] : [_random.Next(count)], soon: _random.Next(2) == 0);
        }

        // One of the next calls fails.
        private void Injure()
        {
            if (mishaps != Mishaps.FailingCalls || _random.Next(6) != 0)
                return;
            int left = _random.Next(1, 8);
            Fault fault = _random.Next(2) == 0 ? Fault.Io : Fault.Full;
            _hasFailed = true;
            _disk.Strike = (_, _) => --left == 0 ? fault : Fault.None;
        }

        private void Restart(int segmentLimit, int step)
        {
            bool isCut = mishaps == Mishaps.PowerLoss && _random.Next(3) > 0;
            SimulatedDisk disk = _disk;
            if (isCut)
                disk = _disk.AfterRestart((Survival)_random.Next(3));
            disk.Strike = (_, _) => Fault.None;
            _model.Close();
            if (!isCut)
                disk = _disk.AfterRestart(Survival.Nothing);
            _disk = disk;
            Assert.True(_model.Open(_disk, segmentLimit));
            bool isExact = !isCut && !_hasFailed;
            _model.Check(_model.Run!.Spool.Recovered, $"seed {seed}, step {step}, {(isCut ? "power cut" : "restart")}", isExact, refusedMayComeBack: !isExact);
            _model.Adopt();
            _hasFailed = false;
        }

        // When all is done hardly anything is left.
        private void End()
        {
            foreach (ISpoolEntry entry in _model.Waiting.ToList())
                _model.Mark(entry, [.. Enumerable.Range(0, entry.Envelope.Recipients.Count)], soon: false);
            for (int i = 0; i < 4; i++)
                Assert.Equal(Fault.None, _model.Flush());
            Assert.True(_disk.Names(Directory).Count(name => name.EndsWith(".wal", StringComparison.Ordinal)) <= 2, $"seed {seed}: {string.Join(' ', _disk.Names(Directory))}");
            Assert.Empty(_disk.Names(Directory + "/body"));
            _model.Close();
            Assert.Equal(0, _disk.OpenFiles);
        }
    }
}
