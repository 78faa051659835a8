using MailModule.Primitives;

namespace MailModule.Engine.Connecting;

/// <summary>What is said over a client's connection, as far as that is alike whatever is spoken.</summary>
internal interface IClientDialogue
{
    /// <summary>Replies that are still to come.</summary>
    int RepliesDue { get; }

    /// <summary>The greeting has not been heard yet.</summary>
    bool AwaitsGreeting { get; }

    /// <summary>The server has granted TLS, and waits for it.</summary>
    bool IsInHandshake { get; }

    /// <summary>What the server is at, or was when it ended.</summary>
    ClientStage Stage { get; }

    /// <summary>As a failure names the stage; null: by the command that the host gave.</summary>
    string? StageName { get; }

    /// <summary>For waits that begin later.</summary>
    ClientTimes Times { set; }

    /// <summary>The connection is under TLS now, or under a transport of the host's.</summary>
    void TlsBegun();

    /// <summary>What has ended it; null: nothing that is known but the fault.</summary>
    string? EndWords(Fault fault);
}
