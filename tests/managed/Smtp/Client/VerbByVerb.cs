using System.Text;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Tests.Smtp.Client;

/// <summary>A caller that speaks verb by verb over memory, as hosts will; the test plays the server.</summary>
internal sealed class VerbByVerb
{
    private byte[] _left = [];

    public VerbByVerb(SmtpTimeouts? timeouts = null, TimeSpan? timeLimit = null)
        => Dialogue = new SmtpDialogue(Peer, timeouts ?? SmtpTimeouts.Standard, timeLimit ?? TimeSpan.MaxValue);

    public MemoryPeer Peer { get; } = new();
    public SmtpDialogue Dialogue { get; }

    /// <summary>What the last answer of the server answered.</summary>
    public AwaitedReply Answered { get; private set; }

    /// <summary>Says commands in one turn; returns what goes to the server.</summary>
    public string Say(Action<Output> commands)
    {
        var output = new Output();
        Dialogue.BeginTurn();
        commands(output);
        Dialogue.EndTurn(output);
        return Encoding.UTF8.GetString(output.Written).Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>The server says this, which is one whole reply.</summary>
    public Reply Hear(string text)
    {
        Assert.Equal(DialogueRead.Reply, TryHear(text, out Reply reply));
        return reply;
    }

    public DialogueRead TryHear(string text, out Reply reply)
    {
        ReadOnlySpan<byte> input
            = (byte[])[.. _left, .. Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal))];
        Dialogue.BeginTurn();
        DialogueRead read = Dialogue.Read(ref input, out AwaitedReply answered, out reply);
        Dialogue.EndTurn(new Output());
        Answered = answered;
        _left = input.ToArray();
        return read;
    }
}
