using MailModule.Delivery.Local;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;

namespace MailModule.Engine.Importing;

/// <summary>Where mail of the old module is taken over to, and what is to be known for it.</summary>
internal sealed record ImportSubject
{
    public required ISpool Spool { get; init; }
    public required IMailStore Store { get; init; }
    public required LocalDelivery Delivery { get; init; }

    /// <summary>Users, lists and domains of this moment. Cheap.</summary>
    public required Func<RelayPolicy> Policy { get; init; }

    /// <summary>Our name, for Received fields.</summary>
    public required Func<string> HostName { get; init; }

    /// <summary>Where long messages lie while they are converted.</summary>
    public required string ScratchFolder { get; init; }

    /// <summary>Cancelled when the engine begins to stop.</summary>
    public CancellationToken Stopping { get; init; }

    public IDisk Disk { get; init; } = Primitives.Os.Disk.Real;
    public FileCalls Calls { get; init; } = FileCalls.Real;
    public Log Log { get; init; } = Log.None;
}
