using MailModule.Engine;
using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>What an <c>mm_pop3</c> stands for: a client, and the texts that were given to the host.</summary>
internal sealed unsafe class Pop3Handle
{
    private readonly KeptBlock _reply = new();
    private readonly KeptBlock _error = new();
    private readonly KeptBlock _capabilities = new();
    private readonly KeptBlock _parameters = new();
    private readonly KeptBlock _tls = new();
    private readonly KeptBlock _entry = new();
    private readonly nint _address;

    private Pop3Handle(Pop3Client client)
    {
        Client = client;
        _address = HandleTable.Add(this);
    }

    /// <summary>For calls that <see cref="Call"/> runs, and for the cancel.</summary>
    public Pop3Client Client { get; }

    public static Fault Open(MailEngine engine, ClientSetup setup, out nint handle)
    {
        handle = 0;
        var fault = engine.NewPop3Client(setup, out var client);
        if (fault != Fault.None)
            return fault;
        handle = new Pop3Handle(client!)._address;
        if (handle != 0)
            return Fault.None;
        client!.Dispose();
        return HandleTable.TooMany;
    }

    /// <summary>One call of the host's for a handle, as an exported function makes it.</summary>
    /// <param name="status">Where the status of the answer goes that it has heard; 0: nowhere.</param>
    public static int Call(nint pop3, nint status, Func<Pop3Handle, Fault> body)
        => Boundary.Code((pop3, status, body), static call =>
        {
            if (call.status != 0)
                *(int*)call.status = 0;
            var fault = HandleTable.Find(call.pop3, out Pop3Handle handle);
            return fault == Fault.None ? handle.Run(call.status, call.body) : fault;
        });

    /// <summary>As <see cref="Call"/>, where nothing is heard.</summary>
    public static int Call(nint pop3, Func<Pop3Handle, Fault> body) => Call(pop3, 0, body);

    public Fault Free()
    {
        var fault = Client.End();
        if (fault != Fault.None)
            return fault;
        HandleTable.Remove(_address);
        foreach (var kept in (KeptBlock[])[_reply, _error, _capabilities, _parameters, _tls, _entry])
            kept.Free();
        return Fault.None;
    }

    public Fault WriteReply(nint place)
    {
        var fault = Layout.Check<Pop3ReplyLayout>(place);
        if (fault != Fault.None)
            return fault;
        var heard = Client.Heard;
        nint[] texts = _reply.Of(heard, () =>
            [heard.Reply.Text, heard.Reply.Raw, heard.Reply.Code, heard.Challenge, heard.Stamp]);
        Layout.Write(place, new Pop3ReplyLayout
        {
            Text = texts[0],
            Raw = texts[1],
            Code = texts[2],
            Challenge = texts[3],
            Stamp = texts[4],
            Status = (int)heard.Reply.Status,
            Due = Client.RepliesDue,
        });
        return Fault.None;
    }

    public Fault WriteEntry(nint place)
    {
        var fault = Layout.Check<Pop3EntryLayout>(place);
        if (fault != Fault.None)
            return fault;
        fault = Client.Next(out var line);
        string id = line.Id ?? "";
        Layout.Write(place, new Pop3EntryLayout
        {
            Octets = line.Octets,
            Id = _entry.Of(id, () => [id])[0],
            Number = line.Number,
        });
        return fault;
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

    private string? ParametersOf(string keyword) => Client.FindCapability(keyword);

    private static string Keyword(string line) => line.Split(' ', 2)[0];

    private Fault Run(nint status, Func<Pop3Handle, Fault> body)
    {
        if (!MailEngine.MayBlock)
            return Callbacks.MayNotBlock;
        return Client.Call(client =>
        {
            var fault = body(this);
            if (status != 0)
                *(int*)status = (int)client.Status;
            return fault;
        });
    }
}
