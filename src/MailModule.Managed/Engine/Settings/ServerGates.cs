using MailModule.Policy;

namespace MailModule.Engine.Settings;

/// <summary>Who may connect, by the settings of one moment. Immutable.</summary>
internal sealed class ServerGates(SettingValues values)
{
    public AddressGate Any { get; } = Of(
        "ip", values, Keys.IpRange, Keys.IpDeny, Keys.Ip6Range, Keys.Ip6Deny);

    // smtp_range says who may relay, and keeps nobody out.
    public AddressGate Smtp { get; } = Of("smtp", values, Keys.SmtpDeny, Keys.Smtp6Deny);

    public AddressGate Pop { get; } = Of(
        "pop", values, Keys.PopRange, Keys.PopDeny, Keys.Pop6Range, Keys.Pop6Deny);

    private static AddressGate Of(string service, SettingValues values, params Setting[] rows)
        => new(service, key => Array.Find(rows, row => row.Key == key) is { } row ? values.Text(row) : null);
}
