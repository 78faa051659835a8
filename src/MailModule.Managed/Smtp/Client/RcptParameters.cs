using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>What RCPT says beside the forward-path. The caller says what the server offers, and nothing else.</summary>
internal readonly record struct RcptParameters
{
    /// <summary>NOTIFY (RFC 3461 §4.1).</summary>
    public Notify Notify { get; init; }

    /// <summary>ORCPT, decoded, <c>type;address</c> (RFC 3461 §4.2); null: not said.</summary>
    public string? OriginalRecipient { get; init; }

    /// <summary>MAIL was said with SMTPUTF8.</summary>
    public bool IsUtf8 { get; init; }

    /// <summary>More parameters as they go out; null: none.</summary>
    public string? More { get; init; }

    internal void Write(Output output)
    {
        DsnParameters.WriteRcpt(Notify, OriginalRecipient, IsUtf8, output);
        if (string.IsNullOrEmpty(More))
            return;
        output.Write(" "u8);
        output.Write(More);
    }
}
