namespace MailModule.Primitives.Os;

/// <summary>
/// Descriptors that a child which the host makes by fork closes at once: a lock, a port or a connection would else last
/// as long as the child, though this process has given it back. Programs that are executed never get them. Any thread.
/// </summary>
public static unsafe class UnsharedDescriptors
{
    private static delegate*<int, int, void> s_note;

    /// <param name="note">Remembers a descriptor (1), or forgets it (0). Without it, children keep all.</param>
    public static void SetCall(delegate*<int, int, void> note) => s_note = note;

    public static void Add(int descriptor)
    {
        if (s_note != null)
            s_note(descriptor, 1);
    }

    /// <summary>Before it is closed: from then on the number may be another's.</summary>
    public static void Remove(int descriptor)
    {
        if (s_note != null)
            s_note(descriptor, 0);
    }
}
