using System.Buffers;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Checks;
using MailModule.Authentication.Results;
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
        if (name is not null && (name.Length == 0 || name.Any(char.IsControl)))
            return FaultReason.Because(Fault.Argument, "name is empty, or has a control character");
        var written = new ArrayBufferWriter<byte>();
        AuthenticationResultsField.Write(written, name ?? _ownId, _results);
        field = Encoding.UTF8.GetString(written.WrittenSpan);
        return Fault.None;
    }
}
