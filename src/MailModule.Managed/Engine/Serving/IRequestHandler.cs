namespace MailModule.Engine.Serving;

/// <summary>The host's request callback, as the engine sees it.</summary>
public interface IRequestHandler
{
    /// <summary>
    /// Asks the host. Called on a worker (it may block, for minutes) or, with the setting <c>callback_inline</c>, on
    /// the I/O thread; only for actions of the mask given at start. Any number of calls run at once, but never two for
    /// one connection. Does not throw.
    /// </summary>
    /// <param name="stream">Valid until this returns; may be the engine's session object itself, so that a request
    /// costs no allocation.</param>
    /// <returns>0: the engine carries on. Below 0: the host has done it. Above 0: refused (400 to 599 is the SMTP reply
    /// code, else 550; 421 closes the connection).</returns>
    int Invoke(IRequestStream stream, string requestName, RequestAction action, in RequestArguments arguments);
}
