using MailModule.Mail;
using MailModule.Policy;

namespace MailModule.Engine.Serving;

/// <summary>What looks at the content of a message while it comes in. One message; one thread at a time.</summary>
/// <param name="Header">Null: nothing in the header counts.</param>
/// <param name="Volume">Null: what comes is not counted.</param>
internal sealed record ContentWatch(HeaderWatch? Header, VolumeAccount? Volume)
{
    /// <summary>Null where nothing looks at it.</summary>
    public static ContentWatch? For(Envelope envelope, SmtpDependencies dependencies)
    {
        RelayPolicy rules = dependencies.Policy();
        var header = HeaderWatch.For(envelope, rules);
        VolumeAccount? volume = MailChecks.AccountOf(envelope, dependencies, rules);
        return header is null && volume is null ? null : new ContentWatch(header, volume);
    }

    /// <param name="content">The next octets, lines with CRLF.</param>
    public void Add(ReadOnlySpan<byte> content)
    {
        Header?.Add(content);
        Volume?.Add(content.Length);
    }
}
