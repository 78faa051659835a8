using System.Text;
using MailModule.Lines;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>
/// Tells what is said in a dialogue: commands and replies line by line, of content only how long it was. Secrets are
/// taken out by <see cref="TraceRedaction"/>.
/// </summary>
internal sealed class DialogueTrace(Action<TraceDirection, string> sink)
{
    private readonly TraceRedaction _redaction = new();
    private long _contentLength;
    private int _lineStart;

    /// <summary>What follows in the output is a line.</summary>
    public void BeginLine(Output output)
    {
        TellContent();
        _lineStart = output.Length;
    }

    /// <summary>A command is there but for its line end.</summary>
    public void EndCommand(Output output) => sink(TraceDirection.Sent, _redaction.Command(LineIn(output)));

    /// <summary>A line of a login's exchange is there but for its line end.</summary>
    public void EndResponse(Output output) => sink(TraceDirection.Sent, _redaction.Response(LineIn(output)));

    /// <summary>Told when all of it has come: at the next line of either side.</summary>
    public void Content(long octets) => _contentLength += octets;

    public void Reply(Reply reply)
    {
        TellContent();
        for (int i = 0; i < reply.Lines.Count; i++)
        {
            char sign = i == reply.Lines.Count - 1 ? ' ' : '-';
            string enhanced = reply.Enhanced.Length == 0 ? "" : $"{reply.Enhanced} ";
            string text = _redaction.ReplyText(reply.Code, reply.Lines[i]);
            sink(TraceDirection.Received, $"{reply.Code}{sign}{enhanced}{text}");
        }
    }

    public void Event(string text) => sink(TraceDirection.Event, text);

    private void TellContent()
    {
        if (_contentLength > 0)
            Event($"{_contentLength} octets of content sent");
        _contentLength = 0;
    }

    private string LineIn(Output output) => Encoding.UTF8.GetString(output.Written[_lineStart..]);
}
