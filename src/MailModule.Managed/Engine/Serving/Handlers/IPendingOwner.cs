using MailModule.Transport;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>Whose answer is owed (<see cref="PendingAnswer"/>): one session's calls of its handlers.</summary>
internal interface IPendingOwner
{
    /// <summary>The connection of the session that waits.</summary>
    IPeer Peer { get; }

    /// <summary>What goes with the answer; the answer's while it is open.</summary>
    HandlerReply Reply { get; }

    /// <summary>The answer is there, on any thread; it is followed on a worker.</summary>
    void Resume(PendingAnswer pending);

    /// <summary>On a worker.</summary>
    /// <param name="verdict">Null: the session is to end.</param>
    void Resumed(int? verdict);
}
