using MailModule.Smtp;

namespace MailModule.Engine.Settings;

/// <summary>What an operator must know about the name that other hosts hear from us.</summary>
internal static class OwnNameWarning
{
    private const string Advice = "it should be a full name that the DNS knows, such as mail.example.org";

    /// <summary>Null: nothing. Shows no value that was set.</summary>
    public static string? Of(SettingValues values)
    {
        OwnName name = values.OwnName;
        bool isSet = values.IsSet(Keys.SmtpName);
        string subject = isSet
            ? Keys.SmtpName.Key
            : $"{Keys.SmtpName.Key} is not set: the machine's name stands in, {name.Text}, which";
        if (name.IsOneLabel)
            return $"{subject} has one label: EHLO says our address instead, which other hosts may refuse; {Advice}";
        if (name.IsLiteral)
            return $"{subject} is an address, which goes out in brackets, and which other hosts may refuse; {Advice}";
        if (name.IsChanged)
            return $"{subject} is beyond ASCII: it goes out as A-labels (xn--...)";
        return isSet ? null : $"{subject} should be what the DNS calls it";
    }
}
