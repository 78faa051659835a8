using System.Buffers.Text;
using System.Globalization;
using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>What MAIL says beside the reverse-path. The caller says what the server offers, and nothing else.</summary>
internal readonly record struct MailParameters
{
    /// <summary>RFC 1870 §3; null: not said.</summary>
    public long? Size { get; init; }

    /// <summary>BODY=8BITMIME (RFC 6152 §2).</summary>
    public bool IsEightBit { get; init; }

    /// <summary>SMTPUTF8 (RFC 6531 §3.4).</summary>
    public bool IsUtf8 { get; init; }

    /// <summary>RET (RFC 3461 §4.3).</summary>
    public ReturnContent Return { get; init; }

    /// <summary>ENVID, decoded (RFC 3461 §4.4); null: not said.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>BY (RFC 2852 §4), with what is left of its time; null: not said.</summary>
    public DeliverBy? DeliverBy { get; init; }

    /// <summary>AUTH (RFC 4954 §5); the null address: "&lt;&gt;"; null: not said.</summary>
    public MailAddress? Submitter { get; init; }

    /// <summary>More parameters as they go out, such as "AUTH=&lt;&gt;"; null: none.</summary>
    public string? More { get; init; }

    internal void Write(Output output)
    {
        if (Size is { } size)
            WriteSize(size, output);
        if (IsEightBit)
            output.Write(" BODY=8BITMIME"u8);
        if (IsUtf8)
            output.Write(" SMTPUTF8"u8);
        DsnParameters.WriteMail(Return, EnvelopeId, output);
        if (DeliverBy is { } by)
            output.Write(string.Create(
                CultureInfo.InvariantCulture,
                $" BY={Math.Max((long)by.Within.TotalSeconds, -999_999_999)};{(by.Returns ? 'R' : 'N')}"
                    + $"{(by.Traces ? "T" : "")}"));
        if (Submitter is { } submitter)
            output.Write(submitter.IsNull ? " AUTH=<>" : " AUTH=" + XText.Encode(submitter.WireText));
        if (string.IsNullOrEmpty(More))
            return;
        output.Write(" "u8);
        output.Write(More);
    }

    private static void WriteSize(long length, Output output)
    {
        output.Write(" SIZE="u8);
        Utf8Formatter.TryFormat(length, output.GetSpan(20), out int written);
        output.Advance(written);
    }
}
