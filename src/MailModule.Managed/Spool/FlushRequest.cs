using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>Somebody waits for the marks to be durable.</summary>
internal sealed class FlushRequest : Submission
{
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
