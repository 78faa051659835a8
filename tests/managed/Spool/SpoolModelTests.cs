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
    private const long Large = 1L << 30;

    public enum Mishaps
    {
        None,
        PowerLoss,
        FailingCalls,
        FullDisk,
    }

    [Theory]
    [InlineData(Mishaps.None)]
    [InlineData(Mishaps.PowerLoss)]
    [InlineData(Mishaps.FailingCalls)]
    [InlineData(Mishaps.FullDisk)]
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
        private bool _isFull;

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
            Fill();
            switch (_random.Next(12))
            {
                case < 4:
                    _model.Put(_random.Next(8) == 0 ? 6000 : _random.Next(50, 900),
                        _random.Next(1, 4 + MoreRecipients));
                    break;
                case < 7:
                    OnOne(Mark);
                    break;
                case < 9:
                    OnOne(entry => _model.Annotate(entry, _random.Next(6) == 0 ? 5000 : _random.Next(200)));
                    break;
                case 9:
                    Fault fault = _model.Flush(notesToo: !_isFull);
                    Assert.True(!_isFull || fault == Fault.None, $"seed {seed}: marks are not durable on a full disk");
                    break;
                case 10:
                    _model.Compact(notesToo: !_isFull);
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
            _model.Mark(entry, _random.Next(3) > 0 ? [.. Enumerable.Range(0, count)] : [_random.Next(count)],
                soon: _random.Next(2) == 0);
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

        // Where there are more, marks for one of them take more room beside what the message took.
        private int MoreRecipients => mishaps == Mishaps.FullDisk ? 8 : 0;

        // Another program takes the rest of the disk, perhaps also what is given back; some time later there is space
        // again.
        private void Fill()
        {
            if (mishaps != Mishaps.FullDisk || _random.Next(15) != 0)
                return;
            _isFull = !_isFull;
            _disk.IsGreedy = _isFull && _random.Next(2) == 0;
            if (_isFull)
                _disk.FillUp();
            else
                _disk.Size = Large;
            _model.Run!.Spool.Space.Measure();
        }

        private void Restart(int segmentLimit, int step)
        {
            if (_isFull)
                Assert.Equal(Fault.None, _model.Flush(notesToo: false));
            bool isCut = mishaps is Mishaps.PowerLoss or Mishaps.FullDisk && _random.Next(3) > 0;
            SimulatedDisk disk = _disk;
            if (isCut)
                disk = _disk.AfterRestart((Survival)_random.Next(3));
            disk.Strike = (_, _) => Fault.None;
            _model.Close();
            if (!isCut)
                disk = _disk.AfterRestart(Survival.Nothing);
            _disk = disk;
            Assert.True(_model.Open(_disk, segmentLimit));
            bool isExact = !isCut && !_hasFailed && mishaps != Mishaps.FullDisk;
            _model.Check(_model.Run!.Found, $"seed {seed}, step {step}, {(isCut ? "power cut" : "restart")}",
                isExact, refusedMayComeBack: !isExact);
            _model.Adopt();
            _hasFailed = false;
        }

        // When all is done hardly anything is left.
        private void End()
        {
            _disk.IsGreedy = false;
            foreach (ISpoolEntry entry in _model.Waiting.ToList())
                _model.Mark(entry, [.. Enumerable.Range(0, entry.Envelope.Recipients.Count)], soon: false);
            for (int i = 0; i < 4; i++)
                Assert.Equal(Fault.None, _model.Flush());
            Assert.True(_disk.Names(Directory).Count(name => name.EndsWith(".wal", StringComparison.Ordinal)) <= 2,
                $"seed {seed}: {string.Join(' ', _disk.Names(Directory))}");
            Assert.Empty(_disk.Names(Directory + "/body"));
            _model.Close();
            Assert.Equal(0, _disk.OpenFiles);
        }
    }
}
