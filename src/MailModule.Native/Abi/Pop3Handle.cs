using MailModule.Engine;
using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>What an <c>mm_pop3</c> stands for.</summary>
internal sealed class Pop3Handle(Pop3Client client) : ClientHandle
{
    private readonly KeptBlock _reply = new();
    private readonly KeptBlock _entry = new();

    /// <inheritdoc/>
    public override Pop3Client Client => client;

    /// <inheritdoc/>
    protected override int Answer => (int)client.Status;

    public static Fault Open(MailEngine engine, ClientSetup setup, out nint handle)
    {
        handle = 0;
        var fault = engine.NewPop3Client(setup, out var made);
        return fault == Fault.None ? Give(new Pop3Handle(made!), out handle) : fault;
    }

    /// <inheritdoc cref="ClientHandle.Call"/>
    public static int Call(nint pop3, nint status, Func<Pop3Handle, Fault> body)
        => Call<Pop3Handle>(pop3, status, body);

    /// <summary>As <see cref="Call(nint, nint, Func{Pop3Handle, Fault})"/>, where nothing is heard.</summary>
    public static int Call(nint pop3, Func<Pop3Handle, Fault> body) => Call(pop3, 0, body);

    /// <inheritdoc/>
    public override Fault WriteReply(nint place)
    {
        var fault = Layout.Check<Pop3ReplyLayout>(place);
        if (fault != Fault.None)
            return fault;
        var heard = client.Heard;
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
            Due = client.RepliesDue,
        });
        return Fault.None;
    }

    public Fault WriteEntry(nint place)
    {
        var fault = Layout.Check<Pop3EntryLayout>(place);
        if (fault != Fault.None)
            return fault;
        fault = client.Next(out var line);
        string id = line.Id ?? "";
        Layout.Write(place, new Pop3EntryLayout
        {
            Octets = line.Octets,
            Id = _entry.Of(id, () => [id])[0],
            Number = line.Number,
        });
        return fault;
    }

    /// <inheritdoc/>
    protected override void FreeTexts()
    {
        _reply.Free();
        _entry.Free();
    }
}
