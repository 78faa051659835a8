using MailModule.Engine;
using MailModule.Engine.Connecting;
using MailModule.Engine.Sending;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>What an <c>mm_smtp</c> stands for.</summary>
internal sealed class SmtpHandle(SmtpClient client) : ClientHandle
{
    private readonly KeptBlock _reply = new();
    private readonly KeptBlock _challenge = new();
    private IDisposable? _sent;

    /// <inheritdoc/>
    public override SmtpClient Client => client;

    /// <inheritdoc/>
    protected override int Answer => client.Code;

    public static Fault Open(MailEngine engine, ClientSetup setup, out nint handle)
    {
        handle = 0;
        var fault = engine.NewSmtpClient(setup, out var made);
        return fault == Fault.None ? Give(new SmtpHandle(made!), out handle) : fault;
    }

    /// <inheritdoc cref="ClientHandle.Call"/>
    public static int Call(nint smtp, nint code, Func<SmtpHandle, Fault> body) => Call<SmtpHandle>(smtp, code, body);

    /// <summary>As <see cref="Call(nint, nint, Func{SmtpHandle, Fault})"/>, where nothing is heard.</summary>
    public static int Call(nint smtp, Func<SmtpHandle, Fault> body) => Call(smtp, 0, body);

    /// <summary>Texts of results that live until there are others.</summary>
    public void KeepSent(IDisposable sent)
    {
        _sent?.Dispose();
        _sent = sent;
    }

    /// <inheritdoc/>
    public override Fault WriteReply(nint place)
    {
        var fault = Layout.Check<SmtpReplyLayout>(place);
        if (fault != Fault.None)
            return fault;
        (var reply, string challenge) = client.Heard;
        nint[] texts = _reply.Of(reply, () => [reply.Text, reply.Raw, reply.Status]);
        Layout.Write(place, new SmtpReplyLayout
        {
            Text = texts[0],
            Raw = texts[1],
            Status = texts[2],
            Challenge = _challenge.Of(challenge, () => [challenge])[0],
            Code = reply.Code,
            Lines = reply.LineCount,
            Due = client.RepliesDue,
        });
        return Fault.None;
    }

    /// <inheritdoc/>
    protected override void FreeTexts()
    {
        _reply.Free();
        _challenge.Free();
        _sent?.Dispose();
    }
}
