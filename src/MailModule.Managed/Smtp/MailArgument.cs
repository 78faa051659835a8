using System.Text;
using MailModule.Mail;

namespace MailModule.Smtp;

/// <summary>
/// The argument of MAIL: reverse-path and parameters (RFC 5321 §4.1.1.2; SIZE, BODY, SMTPUTF8, AUTH, RET, ENVID, BY,
/// HOLDFOR, HOLDUNTIL).
/// </summary>
internal struct MailArgument
{
    // RFC 3461 §5.4: what everybody takes; a longer one would be refused by the next host
    private const int EnvelopeIdLimit = 100;

    private enum Parameter
    {
        Size = 1,
        Body = 2,
        Utf8 = 4,
        Auth = 8,
        Return = 16,
        EnvelopeId = 32,
        Hold = 64,
        By = 128,
    }

    private Parameter _given;

    public MailAddress ReversePath { get; private set; }

    /// <summary>
    /// Octets declared with SIZE (RFC 1870); 0 if not, <see cref="long.MaxValue"/> if the number is beyond all bounds.
    /// </summary>
    public long Size { get; private set; }

    /// <summary>BODY=8BITMIME (RFC 6152).</summary>
    public bool EightBit { get; private set; }

    /// <summary>SMTPUTF8 (RFC 6531).</summary>
    public readonly bool Utf8 => (_given & Parameter.Utf8) != 0;

    /// <summary>RET (RFC 3461 §4.3).</summary>
    public ReturnContent Return { get; private set; }

    /// <summary>ENVID, decoded (RFC 3461 §4.4); null if it was not given.</summary>
    public string? EnvelopeId { get; private set; }

    /// <summary>HOLDFOR or HOLDUNTIL (RFC 4865).</summary>
    public HoldRequest? Hold { get; private set; }

    /// <summary>AUTH (RFC 4954 §5): a mailbox, or the null address for "&lt;&gt;"; null if it was not given.</summary>
    public MailAddress? Submitter { get; private set; }

    /// <summary>BY (RFC 2852).</summary>
    public DeliverBy? DeliverBy { get; private set; }

    public static PathFault TryParse(ReadOnlySpan<byte> argument, out MailArgument mail)
    {
        mail = new MailArgument { ReversePath = MailAddress.Null };
        PathFault fault = PathArgument.TryCut(ref argument, "FROM:"u8, out MailAddress path);
        if (fault != PathFault.None)
            return fault;
        // RFC 5321 §4.1.1.3: only a recipient may be a bare postmaster
        if (path.Domain.Length == 0 && !path.IsNull)
            return PathFault.Address;
        mail.ReversePath = path;
        while (PathArgument.TryCutParameter(
            ref argument, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out bool hasValue))
        {
            fault = mail.ParseParameter(name, value, hasValue);
            if (fault != PathFault.None)
                return fault;
        }
        return path.NeedsUtf8 && !mail.Utf8 ? PathFault.NeedsUtf8 : PathFault.None;
    }

    private PathFault ParseParameter(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool hasValue)
    {
        if (Ascii.EqualsIgnoreCase(name, "SIZE"u8))
            return MarkGiven(Parameter.Size, TryParseSize(value));
        if (Ascii.EqualsIgnoreCase(name, "BODY"u8))
            return Ascii.EqualsIgnoreCase(value, "BINARYMIME"u8)
                ? PathFault.Binary
                : MarkGiven(Parameter.Body, TryParseBody(value));
        if (Ascii.EqualsIgnoreCase(name, "SMTPUTF8"u8))
            return MarkGiven(Parameter.Utf8, !hasValue);
        if (Ascii.EqualsIgnoreCase(name, "AUTH"u8))
            return MarkGiven(Parameter.Auth, TryParseSubmitter(value));
        if (Ascii.EqualsIgnoreCase(name, "RET"u8))
            return MarkGiven(Parameter.Return, TryParseReturn(value));
        if (Ascii.EqualsIgnoreCase(name, "ENVID"u8))
            return MarkGiven(Parameter.EnvelopeId, TryParseEnvelopeId(value));
        return ParseTime(name, value);
    }

    private PathFault ParseTime(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        bool isFor = Ascii.EqualsIgnoreCase(name, "HOLDFOR"u8);
        if (isFor || Ascii.EqualsIgnoreCase(name, "HOLDUNTIL"u8))
        {
            bool isGood = isFor
                ? DeliveryTimes.TryReadHoldFor(value, out HoldRequest? hold)
                : DeliveryTimes.TryReadHoldUntil(value, out hold);
            Hold = hold;
            return MarkGiven(Parameter.Hold, isGood);
        }
        if (!Ascii.EqualsIgnoreCase(name, "BY"u8))
            return PathFault.UnknownParameter;
        bool isTime = DeliveryTimes.TryReadDeliverBy(value, out DeliverBy? by);
        DeliverBy = by;
        return MarkGiven(Parameter.By, isTime);
    }

    private PathFault MarkGiven(Parameter parameter, bool isGood)
    {
        bool twice = (_given & parameter) != 0;
        _given |= parameter;
        return isGood && !twice ? PathFault.None : PathFault.Parameter;
    }

    /// <summary>RFC 1870 §3: one to twenty digits.</summary>
    private bool TryParseSize(ReadOnlySpan<byte> value)
    {
        if (value.Length is 0 or > 20 || value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
            return false;
        Size = long.TryParse(value, out long size) ? size : long.MaxValue;
        return true;
    }

    private bool TryParseBody(ReadOnlySpan<byte> value)
    {
        EightBit = Ascii.EqualsIgnoreCase(value, "8BITMIME"u8);
        return EightBit || Ascii.EqualsIgnoreCase(value, "7BIT"u8);
    }

    private bool TryParseReturn(ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(value, "FULL"u8))
            Return = ReturnContent.Full;
        else
            Return = Ascii.EqualsIgnoreCase(value, "HDRS"u8) ? ReturnContent.Headers : ReturnContent.Default;
        return Return != ReturnContent.Default;
    }

    // RFC 4954 §5: an xtext of a mailbox or of "<>". Some clients put their login name there: that names nobody.
    private bool TryParseSubmitter(ReadOnlySpan<byte> value)
    {
        Submitter = MailAddress.Null;
        if (!XText.TryDecode(value, out string mailbox))
            return XText.IsValid(value);
        if (MailAddress.TryParse(mailbox, out MailAddress submitter) && submitter.Domain.Length > 0)
            Submitter = submitter;
        return true;
    }

    private bool TryParseEnvelopeId(ReadOnlySpan<byte> value)
    {
        bool isGood = XText.TryDecode(value, out string id) && value.Length <= EnvelopeIdLimit;
        EnvelopeId = id;
        return isGood;
    }
}
