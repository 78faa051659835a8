using MailModule.Engine;
using MailModule.Engine.Connecting;
using MailModule.Engine.Sending;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>What an <c>mm_smtp</c> stands for: a client, and the texts that were given to the host.</summary>
internal sealed unsafe class SmtpHandle
{
    private readonly KeptBlock _reply = new();
    private readonly KeptBlock _challenge = new();
    private readonly KeptBlock _error = new();
    private readonly KeptBlock _capabilities = new();
    private readonly KeptBlock _parameters = new();
    private readonly KeptBlock _tls = new();
    private readonly nint _address;
    private IDisposable? _sent;

    private SmtpHandle(SmtpClient client)
    {
        Client = client;
        _address = HandleTable.Add(this);
    }

    /// <summary>For calls that <see cref="Call"/> runs, and for the cancel.</summary>
    public SmtpClient Client { get; }

    public static Fault Open(MailEngine engine, ClientSetup setup, out nint handle)
    {
        handle = 0;
        var fault = engine.NewSmtpClient(setup, out var client);
        if (fault != Fault.None)
            return fault;
        handle = new SmtpHandle(client!)._address;
        if (handle != 0)
            return Fault.None;
        client!.Dispose();
        return HandleTable.TooMany;
    }

    /// <summary>One call of the host's for a handle, as an exported function makes it.</summary>
    /// <param name="code">Where the code of the reply goes that it has heard; 0: nowhere.</param>
    public static int Call(nint smtp, nint code, Func<SmtpHandle, Fault> body)
        => Boundary.Code((smtp, code, body), static call =>
        {
            if (call.code != 0)
                *(int*)call.code = 0;
            var fault = HandleTable.Find(call.smtp, out SmtpHandle handle);
            return fault == Fault.None ? handle.Run(call.code, call.body) : fault;
        });

    /// <summary>As <see cref="Call"/>, where nothing is heard.</summary>
    public static int Call(nint smtp, Func<SmtpHandle, Fault> body) => Call(smtp, 0, body);

    /// <summary>Texts of results that live until there are others.</summary>
    public void KeepSent(IDisposable sent)
    {
        _sent?.Dispose();
        _sent = sent;
    }

    public Fault Free()
    {
        var fault = Client.End();
        if (fault != Fault.None)
            return fault;
        HandleTable.Remove(_address);
        foreach (var kept in (KeptBlock[])[_reply, _challenge, _error, _capabilities, _parameters, _tls])
            kept.Free();
        _sent?.Dispose();
        return Fault.None;
    }

    public Fault WriteReply(nint place)
    {
        var fault = Layout.Check<SmtpReplyLayout>(place);
        if (fault != Fault.None)
            return fault;
        (var reply, string challenge) = Client.Heard;
        nint[] texts = _reply.Of(reply, () => [reply.Text, reply.Raw, reply.Status]);
        Layout.Write(place, new SmtpReplyLayout
        {
            Text = texts[0],
            Raw = texts[1],
            Status = texts[2],
            Challenge = _challenge.Of(challenge, () => [challenge])[0],
            Code = reply.Code,
            Lines = reply.LineCount,
            Due = Client.RepliesDue,
        });
        return Fault.None;
    }

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
        int index = -1;
        for (int i = 0; i < offered.Count && index < 0; i++)
            if (Keyword(offered[i]).Equals(name, StringComparison.OrdinalIgnoreCase))
                index = i;
        parameters = index < 0 ? 0 : texts[index];
        return Fault.None;
    }

    public Fault Tls(out nint text)
    {
        string tls = Client.Tls;
        text = _tls.Of(tls, () => [tls])[0];
        return Fault.None;
    }

    private string? ParametersOf(string keyword) => Client.FindCapability(keyword);

    private static string Keyword(string line) => line.Split(' ', 2)[0];

    private Fault Run(nint code, Func<SmtpHandle, Fault> body)
    {
        if (!MailEngine.MayBlock)
            return Callbacks.MayNotBlock;
        return Client.Call(client =>
        {
            var fault = body(this);
            if (code != 0)
                *(int*)code = client.Code;
            return fault;
        });
    }
}
