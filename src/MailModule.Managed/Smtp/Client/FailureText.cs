using System.Net;

namespace MailModule.Smtp.Client;

/// <summary>
/// A result in one line for a person who sees nothing else of it: which host, at what, and its words with the code:
/// <c>mx.example.org (192.0.2.1:25) at RCPT: 550 5.1.1 no such user</c>. What this engine refuses by itself says so.
/// </summary>
internal static class FailureText
{
    public static string Of(AttemptResult result)
    {
        string words = result.HasReply ? OneLine(result.Text) : OneLine(result.Words);
        if (result.Host.Length == 0)
            return result.HasReply ? $"refused by this engine, no other host was asked: {words}" : words;
        // Before a server has said anything there was a connection at most.
        bool isInDialogue = result.HasReply || result.Stage > SmtpStage.Greeting;
        return isInDialogue ? $"{HostOf(result)} at {NameOf(result.Stage)}: {words}" : $"{HostOf(result)}: {words}";
    }

    /// <summary>A stage by the command that was sent.</summary>
    public static string NameOf(SmtpStage stage) => stage switch
    {
        SmtpStage.Greeting => "the greeting",
        SmtpStage.Hello => "EHLO",
        SmtpStage.Tls => "STARTTLS",
        SmtpStage.Auth => "AUTH",
        SmtpStage.Mail => "MAIL",
        SmtpStage.Rcpt => "RCPT",
        SmtpStage.Data => "DATA",
        SmtpStage.Content => "the content",
        SmtpStage.EndOfData => "the end of DATA",
        _ => "the end",
    };

    /// <summary>A time-out at a stage, for who does not see the stage.</summary>
    public static string NotInTime(SmtpStage stage, string name) => stage switch
    {
        SmtpStage.Greeting => "no greeting in time",
        SmtpStage.Content => "the content was not taken in time",
        SmtpStage.Idle => "no answer in time",
        _ => $"no answer to {name} in time",
    };

    private static string HostOf(AttemptResult result)
    {
        if (result.Address is not { } address)
            return result.Host;
        bool isName = !IPAddress.TryParse(result.Host, out IPAddress? named) || !named.Equals(address.Address);
        return isName ? $"{result.Host} ({address})" : address.ToString();
    }

    private static string OneLine(string text) => text.Replace("\n", " / ", StringComparison.Ordinal);
}
