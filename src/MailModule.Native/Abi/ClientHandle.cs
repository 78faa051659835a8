using MailModule.Engine;
using MailModule.Engine.Connecting;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>What a handle of a client stands for, whatever it speaks: that, and the texts given to the host.</summary>
internal abstract unsafe class ClientHandle
{
    private readonly KeptBlock _error = new();
    private readonly KeptBlock _capabilities = new();
    private readonly KeptBlock _parameters = new();
    private readonly KeptBlock _tls = new();
    private readonly nint _address;

    protected ClientHandle() => _address = HandleTable.Add(this);

    /// <summary>For calls that <see cref="Call"/> runs, and for the cancel.</summary>
    public abstract MailClient Client { get; }

    /// <summary>What the server answered in the last call, as the C edge has it; 0: nothing.</summary>
    protected abstract int Answer { get; }

    /// <summary>One call of the host's for a handle, as an exported function makes it.</summary>
    /// <param name="answer">Where the server's answer goes that it has heard; 0: nowhere.</param>
    public static int Call<THandle>(nint client, nint answer, Func<THandle, Fault> body) where THandle : ClientHandle
        => Boundary.Code((client, answer, body), static call =>
        {
            if (call.answer != 0)
                *(int*)call.answer = 0;
            var fault = HandleTable.Find(call.client, out THandle handle);
            return fault == Fault.None ? Run(handle, call.answer, call.body) : fault;
        });

    public Fault Free()
    {
        var fault = Client.End();
        if (fault != Fault.None)
            return fault;
        HandleTable.Remove(_address);
        foreach (var kept in (KeptBlock[])[_error, _capabilities, _parameters, _tls])
            kept.Free();
        FreeTexts();
        return Fault.None;
    }

    public abstract Fault WriteReply(nint place);

    public Fault WriteError(nint place) => FailureWriter.Write(place, _error, Client.Failure);

    public Fault Capability(int index, out nint text)
    {
        var offered = Client.Capabilities;
        text = 0;
        if (index < 0 || index >= offered.Count)
            return FaultReason.Because(Fault.Argument, $"there is no capability {index}");
        text = _capabilities.Of(offered, () => [.. offered])[index];
        return Fault.None;
    }

    /// <param name="parameters">0: it is not offered.</param>
    public Fault FindCapability(string name, out nint parameters)
    {
        var offered = Client.Capabilities;
        parameters = 0;
        if (offered.Count == 0)
            return Fault.None; // what was given out lives on, though the connection may be closed
        // All of them: those that were given out before live on.
        nint[] texts = _parameters.Of(offered, () => [.. offered.Select(line => ParametersOf(Keyword(line)))]);
        for (int i = 0; i < offered.Count && parameters == 0; i++)
            if (Keyword(offered[i]).Equals(name, StringComparison.OrdinalIgnoreCase))
                parameters = texts[i];
        return Fault.None;
    }

    public Fault Tls(out nint text)
    {
        string tls = Client.Tls;
        text = _tls.Of(tls, () => [tls])[0];
        return Fault.None;
    }

    /// <summary>Gives a new one to the host; there may be too many, with which its client ends.</summary>
    protected static Fault Give(ClientHandle made, out nint handle)
    {
        handle = made._address;
        if (handle != 0)
            return Fault.None;
        made.Client.Dispose();
        return HandleTable.TooMany;
    }

    /// <summary>Those of the protocol.</summary>
    protected abstract void FreeTexts();

    private static Fault Run<THandle>(THandle handle, nint answer, Func<THandle, Fault> body)
        where THandle : ClientHandle
    {
        if (!MailEngine.MayBlock)
            return Callbacks.MayNotBlock;
        return handle.Client.Call((handle, answer, body), static call =>
        {
            var fault = call.body(call.handle);
            if (call.answer != 0)
                *(int*)call.answer = call.handle.Answer;
            return fault;
        });
    }

    private string? ParametersOf(string keyword) => Client.FindCapability(keyword);

    private static string Keyword(string line) => line.Split(' ', 2)[0];
}
