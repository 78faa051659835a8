namespace MailModule.Engine.Serving;

/// <summary>
/// What the host's side keeps of one connection: the handle that each of its requests comes with.
/// </summary>
public interface IHostHandle
{
    /// <summary><see cref="Close"/> calls the host, which may block.</summary>
    bool CallsHost { get; }

    /// <summary>The connection has ended, and no request comes any more. Once. Does not throw.</summary>
    void Close();
}
