using MailModule.Authentication.Dkim;
using MailModule.Delivery.Signing;
using MailModule.Engine.Settings;
using MailModule.Primitives;

namespace MailModule.Engine;

/// <summary>How messages of ours are signed, as the settings of each moment say. Any thread.</summary>
internal sealed class MessageSigning(EngineSettings settings, DkimKeys keys, Log log)
{
    private readonly SigningOptions _converted = new(keys) { Log = log };
    private readonly SigningOptions _asItIs = new(keys) { Log = log, Converts = false };

    /// <summary>Null: the settings name no key, and nothing is signed. Touches no file, and allocates nothing.
    /// </summary>
    public SigningOptions? Now()
        => !keys.IsAny ? null : settings.Current.Flag(Keys.Signing.DkimConvert) ? _converted : _asItIs;
}
