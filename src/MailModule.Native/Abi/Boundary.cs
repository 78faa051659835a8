using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>What an exported function does with its arguments: a fault, and the result if there is none.</summary>
internal delegate Fault Body<TArguments, TResult>(TArguments arguments, out TResult result);

/// <summary>
/// The border between C and the engine, and the only place that catches everything: an exception that left an exported
/// function would end the host's process. A fault becomes the function's error value and the thread's last error.
/// </summary>
internal static class Boundary
{
    /// <summary>Runs a function that returns a value, or <paramref name="onFailure"/>.</summary>
    /// <param name="fromLog">A log callback may call it too.</param>
    public static TResult Call<TArguments, TResult>(
        TArguments arguments, TResult onFailure, Body<TArguments, TResult> body, bool fromLog = false)
    {
        Fault fault;
        string? detail = null;
        TResult? result = onFailure;
        try
        {
            fault = Enter(fromLog);
            if (fault == Fault.None)
                fault = body(arguments, out result);
        }
        catch (Exception exception)
        {
            fault = FaultOf(exception);
            detail = ExceptionWords.Of(exception);
            if (fault == Fault.Internal)
                EngineHandle.LogFault(exception);
        }
        if (fault == Fault.None)
            return result;
        Fail(fault, detail);
        return onFailure;
    }

    /// <summary>Runs a function that returns 0 or an <c>MM_E_…</c> value.</summary>
    public static int Code<TArguments>(TArguments arguments, Func<TArguments, Fault> body)
        => Code(arguments, body, fromLog: false);

    /// <summary>
    /// As <see cref="Code{TArguments}(TArguments, Func{TArguments, Fault})"/>, for what a log callback may call too.
    /// </summary>
    public static int CodeInsideLog<TArguments>(TArguments arguments, Func<TArguments, Fault> body)
        => Code(arguments, body, fromLog: true);

    /// <summary>Ends what a handle stands for; NULL, which stands for nothing, is allowed.</summary>
    public static int End<T>(nint handle, Func<T, Fault> end) where T : class
        => Code((handle, end), static call =>
        {
            if (call.handle == 0)
                return Fault.None;
            var fault = HandleTable.Find(call.handle, out T target);
            return fault == Fault.None ? call.end(target) : fault;
        });

    private static int Code<TArguments>(TArguments arguments, Func<TArguments, Fault> body, bool fromLog)
    {
        Fault fault;
        string? detail = null;
        try
        {
            fault = Enter(fromLog);
            if (fault == Fault.None)
                fault = body(arguments);
        }
        catch (Exception exception)
        {
            fault = FaultOf(exception);
            detail = ExceptionWords.Of(exception);
            if (fault == Fault.Internal)
                EngineHandle.LogFault(exception);
        }
        if (fault != Fault.None)
            Fail(fault, detail);
        return -(int)fault;
    }

    /// <summary>
    /// What the engine said about an earlier call does not belong to this one. A log callback may not come back in.
    /// </summary>
    private static Fault Enter(bool fromLog)
    {
        FaultReason.Clear();
        return Callbacks.InsideLog && !fromLog
            ? FaultReason.Because(Fault.State, "a log callback may not call it")
            : Fault.None;
    }

    private static Fault FaultOf(Exception exception) => exception switch
    {
        OutOfMemoryException => Fault.Memory,
        FileNotFoundException or DirectoryNotFoundException => Fault.NotFound,
        IOException or UnauthorizedAccessException => Fault.Io,
        _ => Fault.Internal,
    };

    /// <summary>For a call that succeeds: what the failure is about that it tells of.</summary>
    public static unsafe void Tell(Fault fault, string detail)
    {
        byte* text = stackalloc byte[Text.DetailSize];
        Text.Write(detail, text, Text.DetailSize);
        Shim.Tell(-(int)fault, text);
    }

    private static unsafe void Fail(Fault fault, string? detail)
    {
        detail ??= FaultReason.Take(fault);
        byte* text = stackalloc byte[Text.DetailSize];
        Text.Write(detail ?? "", text, Text.DetailSize);
        Shim.Fail(-(int)fault, text);
    }
}
