using MailModule.Smtp;

namespace MailModule.Engine.Settings;

/// <summary>What an operator must know about the name that other hosts hear from us.</summary>
internal static class OwnNameWarning
{
    private const string Advice = "it should be a full name that the DNS knows, such as mail.example.org";

    /// <summary>Null: nothing. Never shows a value.</summary>
    public static string? Of(SettingValues values)
    {
        OwnName name = values.OwnName;
        string subject = values.IsSet(Keys.SmtpName)
            ? Keys.SmtpName.Key
            : $"{Keys.SmtpName.Key} is not set, and this machine's name";
        if (name.IsOneLabel)
            return $"{subject} has one label: EHLO says our address instead, which other hosts may refuse; {Advice}";
        if (name.IsLiteral)
            return $"{subject} is an address, which goes out in brackets, and which other hosts may refuse; {Advice}";
        return name.IsChanged ? $"{subject} is beyond ASCII: it goes out as A-labels (xn--...)" : null;
    }
}
