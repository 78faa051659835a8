using MailModule.Mail;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>What handlers have told beside their answer to a step.</summary>
internal sealed class StepFindings
{
    /// <summary>Auth: who logs in; null: the name that the client told.</summary>
    public string? Login { get; set; }

    /// <summary>Secret: the password of the user.</summary>
    public string? Secret { get; set; }

    /// <summary>Lookup: the address that the one asked for stands for.</summary>
    public MailAddress? Expansion { get; set; }

    public void Clear()
    {
        Login = Secret = null;
        Expansion = null;
    }
}
