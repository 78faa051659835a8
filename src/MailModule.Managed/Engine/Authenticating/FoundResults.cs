using MailModule.Authentication;
using MailModule.Authentication.Checks;
using MailModule.Primitives;

namespace MailModule.Engine.Authenticating;

/// <summary>What was found out about a message for the host. Immutable; any thread.</summary>
public sealed class FoundResults
{
    private readonly MessageResults _results;
    private readonly string _ownId;

    /// <param name="ownId">Our own authserv-id (RFC 8601 §2.5).</param>
    internal FoundResults(MessageResults results, string ownId)
    {
        _results = results;
        _ownId = ownId;
        All = MethodResult.AllOf(results);
    }

    public IReadOnlyList<MethodResult> All { get; }

    /// <summary>The field Authentication-Results (RFC 8601), folded, with CRLF at its end. <see cref="Fault.Argument"/>
    /// for a name that is none.</summary>
    /// <param name="name">Who has checked; null: our own.</param>
    public Fault WriteField(string? name, out string field)
    {
        field = "";
        _ = (_results, name ?? _ownId);
        return FaultReason.Because(Fault.State, "not yet");
    }
}
