using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Settings;

/// <summary>New values in the making; nothing of them counts until they are published whole. One thread.</summary>
internal sealed class SettingsDraft
{
    private readonly SettingValues _base;
    private readonly SettingValue?[] _values;
    private readonly SettingList?[] _lists;
    private readonly List<SettingKey> _touched = [];

    public SettingsDraft(SettingValues current)
    {
        _base = current;
        _values = current.CopyValues();
        _lists = current.CopyLists();
    }

    /// <summary>What was set, in order.</summary>
    public IReadOnlyList<SettingKey> Touched => _touched;

    /// <summary>
    /// What the last error of <see cref="Apply"/> is: <see cref="Fault.Config"/>, or <see cref="Fault.NotSupported"/>
    /// for a guard that has no effect here, or <see cref="Fault.Tls"/> for a value that needs a TLS library where there
    /// is none.
    /// </summary>
    public Fault Fault { get; private set; } = Fault.Config;

    public bool IsStrict => (_values[Keys.Strict.Index] ?? new SettingValue("", 0, "")).Number != 0;

    /// <summary>Sets one key. The error is empty when it is set.</summary>
    /// <param name="text">Null for a bare word, which only flags and no-keys may be.</param>
    /// <param name="folder">What a relative path counts from.</param>
    public string Apply(SettingKey key, string? text, string folder)
    {
        if (_touched.Count == 0 || _touched[^1] != key) // a thousand users in a row are told of once
            _touched.Add(key);
        string error = TryApply(key, text, folder);
        if (error.EndsWith(OpenSsl.Missing, StringComparison.Ordinal))
            Fault = Fault.Tls;
        return error;
    }

    private string TryApply(SettingKey key, string? text, string folder)
    {
        if (key.IsNo)
            return Clear(key.Row, text);
        if (text is null && key.Row.Kind != SettingKind.Flag)
            return "it needs a value";
        return key.Row.Kind == SettingKind.List ? Append(key.Row, text!, folder) : Assign(key.Row, text ?? "1", folder);
    }

    public SettingValues Finish() => new(_base.Version + 1, _values, _lists, _base.LoginKey);

    private string Assign(Setting row, string text, string folder)
    {
        if (!SettingReader.TryRead(row, text, folder, out SettingValue value, out string error))
            return error;
        if (row.Guards && row.Later.Length > 0 && Asks(row, value))
        {
            Fault = Fault.NotSupported;
            return $"it would have no effect: {row.Later}";
        }
        _values[row.Index] = value;
        return "";
    }

    // Old files hold keys with the values that they had anyway.
    private static bool Asks(Setting row, SettingValue value)
        => row.Kind is SettingKind.Flag or SettingKind.Number
            ? value.Number != 0
            : value.Text.AsSpan().Trim().Length > 0
                && !value.Text.Equals(row.Default, StringComparison.OrdinalIgnoreCase);

    private string Append(Setting row, string text, string folder)
    {
        if (!SettingReader.TryReadItem(row, text, folder, out SettingListItem item, out string error))
            return error;
        _lists[row.Index] = (_lists[row.Index] ?? SettingList.Empty).With(item);
        return "";
    }

    // Zero where the range has it, else none at all, which is the default.
    private string Clear(Setting row, string? text)
    {
        if (text is not (null or "1"))
            return "it stands alone, without a value";
        bool isNumber = row.Kind is SettingKind.Flag or SettingKind.Number;
        if (isNumber)
            _values[row.Index] = row.Least == 0 ? new SettingValue("0", 0, "") : null;
        else
            _values[row.Index] = row.Kind == SettingKind.Text ? new SettingValue("", 0, "") : null;
        return "";
    }
}
