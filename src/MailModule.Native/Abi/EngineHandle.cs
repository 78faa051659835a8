using MailModule.Engine;

namespace MailModule.Native.Abi;

/// <summary>What an <c>mm_engine</c> stands for.</summary>
internal sealed class EngineHandle
{
    /// <summary>The engine that the old functions work on.</summary>
    public static readonly EngineHandle Default = new(MailEngine.Default);

    private EngineHandle(MailEngine engine)
    {
        Engine = engine;
        Address = HandleTable.Add(this);
    }

    public MailEngine Engine { get; }
    public LogCallback Log { get; } = new();
    public nint Address { get; }
}
