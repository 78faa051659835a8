using MailModule.Primitives;

namespace MailModule.Engine;

/// <summary>
/// A whole mail engine: settings, servers, spool, sending. All state hangs on it; every member may be called from any thread. Nothing runs
/// before the first call that needs it, and after <see cref="Stop"/> nothing runs either, until the next.
/// </summary>
public sealed class MailEngine
{
    /// <summary>The engine of the old functions; made at its first use, which starts nothing.</summary>
    public static MailEngine Default { get; } = new();

    [ThreadStatic]
    private static string? s_errorText;

    /// <summary>What there is to say about the last fault that a member returned on this thread, beside its name (file and line, address, system error); null if nothing.
    /// Taking it clears it.</summary>
    public static string? TakeErrorText()
    {
        var text = s_errorText;
        s_errorText = null;
        return text;
    }

    /// <summary>Takes all settings of a file, or none of them: <see cref="Fault.NotFound"/>, <see cref="Fault.Io"/>, <see cref="Fault.Config"/> (text: file and line).</summary>
    /// <param name="file">Null: <c>mailmodule.cfg</c>, or <c>ftp.cfg</c> if only that exists.</param>
    public Fault LoadConfig(string? file) => Fault.NotSupported;

    /// <summary>Sets one key. <see cref="Fault.NotFound"/> for an unknown one (always, not only with <c>strict</c>: the caller sees it), <see cref="Fault.Config"/> for a malformed value or one out of range.</summary>
    public Fault Set(string key, string value) => Fault.NotSupported;

    /// <inheritdoc cref="Set(string, string)"/>
    public Fault Set(string key, int value) => Fault.NotSupported;

    /// <summary>The current value of a number or flag (0 or 1); text that is no number is <see cref="Fault.Config"/>.</summary>
    public Fault TryGetInt(string key, out int value)
    {
        value = 0;
        return Fault.NotSupported;
    }

    /// <summary>The current value of any key as text, defaults included; null for a key that has no value. Lists: their values with LF between.</summary>
    public Fault TryGetText(string key, out string? value)
    {
        value = null;
        return Fault.NotSupported;
    }

    /// <summary>
    /// Starts the SMTP server with the settings of this moment, and what it needs. Running already: the handler and the mask are replaced for sessions
    /// to come if the port is the same (or 0), else <see cref="Fault.State"/>. <see cref="Fault.Bind"/>, <see cref="Fault.Locked"/> (spool in use), <see cref="Fault.Io"/>, <see cref="Fault.Tls"/>.
    /// </summary>
    /// <param name="handler">Null: nobody is asked.</param>
    /// <param name="port">0: from the settings.</param>
    /// <param name="mask">The actions the handler is asked about.</param>
    public Fault StartSmtp(IRequestHandler? handler, int port, RequestAction mask) => Fault.NotSupported;

    /// <summary>As <see cref="StartSmtp"/>, for POP3.</summary>
    public Fault StartPop3(IRequestHandler? handler, int port, RequestAction mask) => Fault.NotSupported;

    /// <summary>
    /// Drains and stops: no new sessions, those at work get until <paramref name="timeout"/>, then they are cut. When it returns every thread, socket and file of this
    /// engine is gone; <see cref="Fault.Timeout"/>: a host callback still runs, everything else is gone. Settings stay. Not running: None. Never called from inside a callback.
    /// </summary>
    public Fault Stop(TimeSpan timeout) => Fault.None;

    /// <summary>Begins an outgoing message. <see cref="Fault.Argument"/> for an address list that is empty or malformed, <see cref="Fault.NotSupported"/> for a route that this version has not.</summary>
    /// <param name="from">Envelope sender; empty for the null path.</param>
    /// <param name="to">Recipients, with commas, semicolons or white space between.</param>
    /// <param name="observer">Null: nobody hears.</param>
    /// <param name="stream">Not null when the result is None.</param>
    public Fault BeginSend(SendRoute route, string from, string to, ISendObserver? observer, out IOutgoingStream? stream)
    {
        stream = null;
        return Fault.NotSupported;
    }

    /// <summary>Who gets the engine's log lines beside the log file: level, area, text. Null: nobody. When this returns the old sink is not called any more.
    /// A sink is called from any thread and must not throw.</summary>
    public void SetLogSink(Action<LogLevel, string, string>? sink, LogLevel level)
    {
    }
}
