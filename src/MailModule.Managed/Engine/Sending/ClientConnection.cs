using System.Net;
using MailModule.Engine.Connecting;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Sending;

/// <summary>A client's connection to a server that the host names, and the dialogue of SMTP over it.</summary>
internal sealed class ClientConnection(ClientSettings settings) : ClientLink(settings)
{
    // One for all dialogues of the client: what of a content was not told yet is told in the next.
    private readonly DialogueTrace? _trace = settings.Trace is { } sink ? new DialogueTrace(sink) : null;

    /// <summary>Null: it is not open.</summary>
    public BlockingDialogue? Dialogue { get; private set; }

    /// <summary>Our name for EHLO where the host gives none.</summary>
    public string OwnNameText
    {
        get
        {
            OwnName name = OwnName.Of(Options.HelloName);
            // Beyond a proxy our address means nothing, and some use a proxy to hide it.
            return name.IsOneLabel ? OwnName.LiteralOf(OwnAddress ?? IPAddress.Loopback) : name.Text;
        }
    }

    /// <summary>The connection is there; next comes the greeting.</summary>
    public BlockingDialogue BeginDialogue()
    {
        Stage = ClientStage.Greeting;
        return Dialogue = new BlockingDialogue(Link, Settings.Times, Options.Timeout, _trace);
    }

    /// <inheritdoc/>
    public override void Close()
    {
        Dialogue = null;
        base.Close();
    }
}
