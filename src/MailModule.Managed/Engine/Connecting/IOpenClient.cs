namespace MailModule.Engine.Connecting;

/// <summary>A client of the host whose connection ends with the engine.</summary>
internal interface IOpenClient
{
    /// <summary>Whatever it waits for ends, now or when it begins. Any thread; waits for nothing.</summary>
    void EndWithEngine();
}
