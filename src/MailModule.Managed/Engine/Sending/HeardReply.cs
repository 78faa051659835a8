using System.Text;
using MailModule.Smtp;

namespace MailModule.Engine.Sending;

/// <summary>A server's reply as a host hears it. Immutable.</summary>
public sealed class HeardReply
{
    /// <summary>Before the first one.</summary>
    public static readonly HeardReply None = new();

    private HeardReply()
    {
    }

    /// <param name="raw">All of its lines as they came; null: not known.</param>
    internal HeardReply(Reply reply, string? raw)
    {
        Code = reply.Code;
        Status = reply.Enhanced;
        Text = string.Join('\n', reply.Lines);
        Raw = raw ?? string.Join('\n', Encoding.UTF8.GetString(reply.Wire)
            .Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
        LineCount = reply.Lines.Count;
    }

    /// <summary>0: there was none yet.</summary>
    public int Code { get; }

    /// <summary>RFC 3463; empty for none.</summary>
    public string Status { get; } = "";

    /// <summary>Its lines with LF between, without the codes.</summary>
    public string Text { get; } = "";

    /// <summary>Its lines with LF between, as they came.</summary>
    public string Raw { get; } = "";

    public int LineCount { get; }
}
