namespace MailModule.Primitives.Os;

/// <summary>
/// An open file that is locked until this is disposed of, or the process ends: a child made by fork has no part in it.
/// </summary>
internal sealed class HeldLock : IDisposable
{
    private int _descriptor;

    public HeldLock(int descriptor)
    {
        _descriptor = descriptor;
        if (descriptor >= 0)
            UnsharedDescriptors.Add(descriptor);
    }

    public void Dispose()
    {
        int open = Interlocked.Exchange(ref _descriptor, -1);
        if (open < 0)
            return;
        UnsharedDescriptors.Remove(open);
        FileCalls.Real.Unlock(open);
        FileCalls.Real.Close(open);
    }
}
