using MailModule.Engine.Sending;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Reads <c>mm_mail</c>: who it is from and for, and which of the contents it has.</summary>
internal static class MailReader
{
    /// <summary><see cref="Fault.Argument"/>, with a text, for what does not fit together.</summary>
    public static Fault Read(in MailLayout given, out MailDraft draft)
    {
        draft = new MailDraft("");
        if (FindProblem(given) is { } wrong)
            return FaultReason.Because(Fault.Argument, wrong);
        string? to = null, cc = null, bcc = null, subject = null;
        var fault = Text.Read(given.From, "from", out string from);
        if (fault == Fault.None)
            fault = Text.ReadOptional(given.To, "to", out to);
        if (fault == Fault.None)
            fault = Text.ReadOptional(given.Cc, "cc", out cc);
        if (fault == Fault.None)
            fault = Text.ReadOptional(given.Bcc, "bcc", out bcc);
        if (fault == Fault.None)
            fault = Text.ReadOptional(given.Subject, "subject", out subject);
        draft = new MailDraft(from) { To = to, Cc = cc, Bcc = bcc, Subject = subject, IsMadeHere = given.Text != 0 };
        return fault;
    }

    private static string? FindProblem(in MailLayout given)
    {
        int contents = (given.Text != 0 ? 1 : 0) + (given.Message != 0 ? 1 : 0) + (given.Path != 0 ? 1 : 0)
            + (given.Read != 0 ? 1 : 0);
        if (contents != 1)
            return $"the mail has one content: text, message, path or read; these are {contents}";
        if (given.Subject != 0 && given.Text == 0)
            return "subject is for text; a ready message has its own";
        if (given.Message == 0 && given.MessageSize != 0)
            return "message is NULL, and message_size is not 0";
        return given.Read == 0 && given.ReadUser != 0 ? "read is NULL, and read_user is not" : null;
    }
}
