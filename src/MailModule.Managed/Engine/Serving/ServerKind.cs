namespace MailModule.Engine.Serving;

/// <summary>Which of an engine's servers.</summary>
public enum ServerKind
{
    Smtp,
    Pop3,
}
