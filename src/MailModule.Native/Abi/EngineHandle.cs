using MailModule.Engine;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>What an <c>mm_engine</c> stands for.</summary>
internal sealed class EngineHandle
{
    // Above the default engine, for fields are made in the order of the text.
    private static readonly List<EngineHandle> Living = [];

    /// <summary>The engine that the old functions work on.</summary>
    public static readonly EngineHandle Default = new(MailEngine.Default);

    private EngineHandle(MailEngine engine)
    {
        Engine = engine;
        Address = HandleTable.Add(this);
        lock (Living)
            Living.Add(this);
    }

    public MailEngine Engine { get; }
    public LogCallback Log { get; } = new();

    /// <summary>The handle's value; 0 when none could be had.</summary>
    public nint Address { get; }

    /// <summary>
    /// Tells the log of every engine of an exception that nobody foresaw: whose call it was is not known here.
    /// </summary>
    public static void LogFault(Exception exception)
    {
        EngineHandle[] engines;
        lock (Living)
            engines = [.. Living];
        foreach (var engine in engines)
            engine.Engine.LogFault(exception);
    }

    /// <summary>Makes an engine of its own and its handle.</summary>
    public static Fault Open(out nint handle)
    {
        handle = new EngineHandle(new MailEngine()).Address;
        return handle == 0 ? HandleTable.TooMany : Fault.None;
    }

    /// <summary>
    /// Stops the engine for good and ends the handle. <see cref="Fault.State"/> leaves both as they are: a second
    /// thread that frees the engine gets it, for only the first may end the handle.
    /// </summary>
    public Fault Close()
    {
        if (this == Default)
            return FaultReason.Because(Fault.Argument, "the default engine is never freed");
        var fault = Fault.Internal;
        try
        {
            fault = Engine.Close();
        }
        finally
        {
            if (fault != Fault.State)
                EndHandle();
        }
        return fault;
    }

    private void EndHandle()
    {
        HandleTable.Remove(Address);
        lock (Living)
            Living.Remove(this);
        Log.Set(Engine, LogLevel.Error, 0, 0);
    }
}
