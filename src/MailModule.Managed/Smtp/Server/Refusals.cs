namespace MailModule.Smtp.Server;

/// <summary>What is said against an argument or a message's content; null: nothing speaks against it.</summary>
internal static class Refusals
{
    /// <summary>Of a name to verify or expand (RFC 6531 §3.7.4.2).</summary>
    public static Reply? OfName(ReadOnlySpan<byte> argument)
    {
        var name = VerifyArgument.Parse(argument);
        if (name.IsMalformed)
            return argument.Contains((byte)0) ? Replies.NulInCommand500 : Replies.BadName501;
        return name.NeedsUtf8 ? Replies.NeedsUtf8553 : null;
    }

    public static Reply? OfChunk(ReadOnlySpan<byte> argument)
        => Chunk.TryParse(argument, out _, out bool isGood) && isGood ? null : Replies.BadChunk501;

    public static Reply OfSender(PathFault fault) => fault switch
    {
        PathFault.Syntax => Replies.BadMailSyntax501,
        PathFault.Address => Replies.BadSender501,
        // RFC 6531 §3.5: 550 for a sender, 553 for a recipient
        PathFault.NeedsUtf8 => Replies.NeedsUtf8550,
        _ => OfParameter(fault),
    };

    public static Reply OfRecipient(PathFault fault) => fault switch
    {
        PathFault.Syntax => Replies.BadRcptSyntax501,
        PathFault.Address => Replies.BadRecipient501,
        PathFault.NeedsUtf8 => Replies.NeedsUtf8553,
        _ => OfParameter(fault),
    };

    private static Reply OfParameter(PathFault fault) => fault switch
    {
        PathFault.UnknownParameter => Replies.UnknownParameter555,
        PathFault.Binary => Replies.NoBinary555,
        _ => Replies.BadParameter501,
    };

    /// <summary>Of the content, as far as it was read.</summary>
    public static Reply? Of(SmtpTransaction transaction) => transaction.Fault switch
    {
        ContentFault.None => transaction.Refusal,
        ContentFault.TooLarge => Replies.TooLarge552,
        ContentFault.BareNewline => Replies.BareNewline550,
        ContentFault.Nul => Replies.Nul550,
        _ => Replies.Looping554,
    };
}
