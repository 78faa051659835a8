using System.Text;
using MailModule.Mail;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Commands with paths and parameters. What MAIL and RCPT took, our client says to the next host in a form that reads
/// the same; xtext and typed addresses decode, encode and decode to the same.
/// </summary>
internal static class ParameterTarget
{
    public static void Check(byte[] input)
    {
        var command = CommandLine.Parse(input);
        Assert.True(command.Verb.IndexOf((byte)' ') < 0);
        Assert.True(command.Verb.Length + command.Argument.Length <= input.Length);
        CheckMail(command.Argument);
        foreach (bool utf8 in (bool[])[false, true])
        {
            CheckRcpt(command.Argument, utf8);
            CheckTyped(input, utf8);
        }
        CheckXText(input);
        string encoded = XText.Encode(Encoding.UTF8.GetString(input));
        Assert.True(input.Length == 0 || XText.IsValid(Encoding.ASCII.GetBytes(encoded)));
    }

    private static void CheckMail(ReadOnlySpan<byte> argument)
    {
        if (MailArgument.TryParse(argument, out MailArgument mail) != PathFault.None)
            return;
        Assert.True(mail.Size >= 0);
        var output = new Output();
        new MailParameters
        {
            Size = mail.Size == 0 ? null : mail.Size,
            IsEightBit = mail.EightBit,
            IsUtf8 = mail.Utf8,
            Return = mail.Return,
            EnvelopeId = mail.EnvelopeId,
        }.Write(output);
        string said = $"FROM:<{mail.ReversePath.Text}>" + Encoding.UTF8.GetString(output.Written);
        AssertOneLine(said);
        Assert.Equal(PathFault.None, MailArgument.TryParse(Encoding.UTF8.GetBytes(said), out MailArgument again));
        Assert.Equal((mail.ReversePath.Text, mail.Size, mail.EightBit, mail.Utf8, mail.Return, mail.EnvelopeId),
            (again.ReversePath.Text, again.Size, again.EightBit, again.Utf8, again.Return, again.EnvelopeId));
    }

    private static void CheckRcpt(ReadOnlySpan<byte> argument, bool utf8)
    {
        if (RcptArgument.TryParse(argument, utf8, out RcptArgument rcpt) != PathFault.None)
            return;
        var output = new Output();
        new RcptParameters { Notify = rcpt.Notify, OriginalRecipient = rcpt.OriginalRecipient, IsUtf8 = utf8 }
            .Write(output);
        string parameters = Encoding.UTF8.GetString(output.Written);
        string said = $"TO:<{rcpt.Address.Text}>" + parameters;
        AssertOneLine(said);
        PathFault fault = RcptArgument.TryParse(Encoding.UTF8.GetBytes(said), utf8, out RcptArgument again);
        // An original recipient that grew over the limit in another spelling is the next host's to refuse.
        if (parameters.Length > TypedAddress.ValueLimit)
            return;
        Assert.Equal(PathFault.None, fault);
        Assert.Equal((rcpt.Address.Text, rcpt.Notify), (again.Address.Text, again.Notify));
        Assert.True(again.OriginalRecipient is null || again.OriginalRecipient == rcpt.OriginalRecipient);
    }

    private static void CheckXText(byte[] input)
    {
        if (!XText.TryDecode(input, out string decoded))
            return;
        Assert.True(XText.TryDecode(Encoding.ASCII.GetBytes(XText.Encode(decoded)), out string again));
        Assert.Equal(decoded, again);
    }

    private static void CheckTyped(byte[] input, bool utf8)
    {
        if (!TypedAddress.TryRead(input, utf8, out string typed))
            return;
        Assert.False(typed.Any(c => char.IsControl(c) && c != '\t'), "a control character");
        string encoded = TypedAddress.Encode(typed, utf8);
        Assert.True(utf8 || Ascii.IsValid(encoded));
        AssertOneLine(encoded);
        byte[] octets = Encoding.UTF8.GetBytes(encoded);
        if (octets.Length > TypedAddress.ValueLimit)
            return;
        Assert.True(TypedAddress.TryRead(octets, utf8, out string again), encoded);
        Assert.Equal(typed, again);
    }

    private static void AssertOneLine(string said)
        => Assert.False(said.AsSpan().ContainsAny('\r', '\n', '\0'), "a line end inside a command");
}
