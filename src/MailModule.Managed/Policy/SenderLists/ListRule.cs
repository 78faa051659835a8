using MailModule.Policy.DnsLists;
using MailModule.Policy.Expressions;

namespace MailModule.Policy.SenderLists;

/// <summary>One rule of a list of senders.</summary>
/// <param name="Line">Where it stands, from 1.</param>
internal abstract record ListRule(int Line);

/// <summary>A text that is somewhere in the control line, in any case.</summary>
internal sealed record TextRule(int Line, string Text) : ListRule(Line);

/// <summary><c>? expression</c>.</summary>
internal sealed record ExpressionRule(int Line, Expression Expression) : ListRule(Line);

/// <summary><c>?? zone …</c>: one of the zones lists the client.</summary>
internal sealed record ZonesRule(int Line, IReadOnlyList<DnsListZone> Zones) : ListRule(Line);
