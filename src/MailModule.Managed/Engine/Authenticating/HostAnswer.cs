using MailModule.Primitives;

namespace MailModule.Engine.Authenticating;

/// <summary>How a question of the host has ended.</summary>
/// <param name="Fault">None, or why there is no answer.</param>
/// <param name="Reason">Why, for a person; null: the fault says it.</param>
/// <param name="Value">Not null where the fault is None.</param>
public readonly record struct HostAnswer<T>(Fault Fault, string? Reason, T? Value) where T : class
{
    internal static HostAnswer<T> Of(T value) => new(Fault.None, null, value);

    internal static HostAnswer<T> Not(Fault fault, string? reason) => new(fault, reason, null);
}
