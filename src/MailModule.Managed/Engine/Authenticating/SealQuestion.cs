using System.Buffers;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Arc;
using MailModule.Authentication.Dkim;
using MailModule.Authentication.Results;
using MailModule.Primitives;

namespace MailModule.Engine.Authenticating;

/// <summary>An ARC set for one message that is sent on, for the host. Its answer are the fields.</summary>
internal sealed class SealQuestion : HostQuestion<string>
{
    private const string FieldName = "Authentication-Results";

    private readonly ArcSealing _sealing;
    private readonly MessagePass _pass;

    private SealQuestion(HostQuestions all, ArcSealing sealing) : base(all)
    {
        _sealing = sealing;
        _pass = new MessagePass(sealing);
    }

    /// <summary><see cref="Fault.Argument"/>: what was found is no Authentication-Results.</summary>
    /// <param name="found">The field, or its value; null: the message has fields of our own name.</param>
    /// <param name="ownId">Our authserv-id.</param>
    /// <param name="question">Not null when the result is None.</param>
    public static Fault Make(HostQuestions all, DkimKey key, string? found, string ownId, out SealQuestion? question)
    {
        question = null;
        string? results = null;
        if (found is not null && !TryRead(found, out ownId, out results))
            return FaultReason.Because(Fault.Argument, "found is no Authentication-Results");
        question = new SealQuestion(all, new ArcSealing(key, ownId, TimeProvider.System) { Results = results });
        return Fault.None;
    }

    public override void Append(ReadOnlySpan<byte> octets) => _pass.Append(octets);

    public override void End() => _pass.End();

    internal override bool IsLocal => true;

    internal override ValueTask<HostAnswer<string>> Ask(CancellationToken cancel) => new(Seal());

    private HostAnswer<string> Seal()
    {
        if (!_sealing.IsSealed)
            return HostAnswer<string>.Not(Fault.Argument, _sealing.Reason);
        var fields = new ArrayBufferWriter<byte>();
        _sealing.WriteFields(fields);
        return fields.WrittenCount > 0
            ? HostAnswer<string>.Of(Encoding.UTF8.GetString(fields.WrittenSpan))
            : HostAnswer<string>.Not(Fault.Tls, _sealing.Reason);
    }

    // Read as it would be in a header, whose own fields are sealed in the same way.
    private static bool TryRead(string found, out string id, out string? results)
    {
        int colon = found.IndexOf(':');
        bool isField = colon > 0
            && found.AsSpan(0, colon).Trim().Equals(FieldName, StringComparison.OrdinalIgnoreCase);
        string value = (isField ? found[(colon + 1)..] : found).Trim();
        (id, results) = ("", null);
        if (!ReportedResults.TryParse(Encoding.UTF8.GetBytes(value), out ReportedResults read))
            return false;
        id = read.AuthServId;
        var header = new HeaderSection(Encoding.UTF8.GetBytes($"{FieldName}: {value}\r\n"));
        results = OwnResults.Of(header, id).Text;
        return header.Count == 1;
    }
}
