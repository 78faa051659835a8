using System.Text;
using MailModule.Mail;

namespace MailModule.Smtp;

/// <summary>The argument of RCPT: forward-path and parameters (RFC 5321 §4.1.1.3; NOTIFY, ORCPT).</summary>
internal struct RcptArgument
{
    private bool _hasNotify;

    public RcptArgument()
    {
    }

    public MailAddress Address { get; private set; } = MailAddress.Null;

    /// <summary>NOTIFY (RFC 3461 §4.1).</summary>
    public Notify Notify { get; private set; }

    /// <summary>ORCPT, decoded: <c>type;address</c> (RFC 3461 §4.2); null if it was not given.</summary>
    public string? OriginalRecipient { get; private set; }

    /// <summary>Octets of memory that the recipient takes in an envelope.</summary>
    public readonly long Octets => Recipient.OctetsOf(Address, OriginalRecipient);

    /// <param name="utf8">The transaction has SMTPUTF8.</param>
    public static PathFault TryParse(ReadOnlySpan<byte> argument, bool utf8, out RcptArgument rcpt)
    {
        rcpt = new RcptArgument();
        PathFault fault = PathArgument.TryCut(ref argument, "TO:"u8, out MailAddress path);
        if (fault != PathFault.None)
            return fault;
        if (path.IsNull)
            return PathFault.Address;
        rcpt.Address = path;
        while (PathArgument.TryCutParameter(
            ref argument, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out _))
        {
            fault = rcpt.ParseParameter(name, value, utf8);
            if (fault != PathFault.None)
                return fault;
        }
        return path.NeedsUtf8 && !utf8 ? PathFault.NeedsUtf8 : PathFault.None;
    }

    /// <summary>The recipient for an envelope.</summary>
    /// <param name="maildrop">The local user whose mailbox gets the message; null for a remote recipient.</param>
    public readonly Recipient ToRecipient(string? maildrop)
        => new(Address, maildrop) { Notify = Notify, OriginalRecipient = OriginalRecipient };

    private PathFault ParseParameter(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool utf8)
    {
        if (Ascii.EqualsIgnoreCase(name, "NOTIFY"u8))
            return TryParseNotify(value) ? PathFault.None : PathFault.Parameter;
        if (Ascii.EqualsIgnoreCase(name, "ORCPT"u8))
            return TryParseOriginalRecipient(value, utf8) ? PathFault.None : PathFault.Parameter;
        return PathFault.UnknownParameter;
    }

    private bool TryParseNotify(ReadOnlySpan<byte> value)
    {
        // RFC 3461 §4.5: not more than once
        if (_hasNotify)
            return false;
        _hasNotify = true;
        foreach (Range word in value.Split((byte)','))
        {
            Notify one = NotifyOf(value[word]);
            if (one == Notify.Default)
                return false;
            Notify |= one;
        }
        // RFC 3461 §4.1: NEVER stands by itself
        return Notify == Notify.Never || (Notify & Notify.Never) == 0;
    }

    private static Notify NotifyOf(ReadOnlySpan<byte> word)
    {
        if (Ascii.EqualsIgnoreCase(word, "NEVER"u8))
            return Notify.Never;
        if (Ascii.EqualsIgnoreCase(word, "SUCCESS"u8))
            return Notify.Success;
        if (Ascii.EqualsIgnoreCase(word, "FAILURE"u8))
            return Notify.Failure;
        return Ascii.EqualsIgnoreCase(word, "DELAY"u8) ? Notify.Delay : Notify.Default;
    }

    private bool TryParseOriginalRecipient(ReadOnlySpan<byte> value, bool utf8)
    {
        if (OriginalRecipient is not null || !TypedAddress.TryRead(value, utf8, out string typed))
            return false;
        OriginalRecipient = typed;
        return true;
    }
}
