using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>A thread waits for the marks to be durable.</summary>
/// <param name="moves">The thread waits too for what waits in mostly dead segments to be carried forward.</param>
internal sealed class FlushRequest(bool moves = false) : LogRequest
{
    public bool Moves => moves;

    private readonly ManualResetEventSlim _done = new();
    private Fault _fault;

    public override void Complete(Fault fault)
    {
        _fault = fault;
        _done.Set();
    }

    public Fault Wait()
    {
        _done.Wait();
        return _fault;
    }
}
