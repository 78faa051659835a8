using MailModule.Authentication.Dkim;

namespace MailModule.Engine.Settings;

/// <summary>The rows about signatures, and about what is sent on; made once, by <see cref="Keys"/>.</summary>
internal sealed class SigningKeys
{
    private const string PlaceForm = "`domain;selector;keyfile`";

    public Setting Dkim { get; } = Keys.Add(
        new("dkim", SettingKind.List,
            "A private key by which messages of this From domain are signed (DKIM), and those of the domains below it "
                + "that have none of their own; several of one domain sign side by side. PEM: RSA from 2048 bits, or "
                + "Ed25519. Read again when it changes. `mailmodule dkim-key` makes one, and the record for the DNS.")
        { Form = PlaceForm, Check = Place });

    public Setting DkimConvert { get; } = Keys.Flag(
        "dkim_convert", "Before a message is signed, what other hosts may have to encode on its way is encoded: "
            + "eight-bit text, lines over 998 octets. Off: it is signed as it is, and a host that encodes it breaks "
            + "the signature.", "1");

    public Setting ArcSeal { get; } = Keys.Add(
        new("arc_seal", SettingKind.Text,
            "The key by which messages that are sent on, by forward files and lists, are sealed (ARC, RFC 8617): so "
                + "their next receivers learn what was found out here, though the sender's signature broke. As `dkim`.")
        { Form = PlaceForm, Check = Place, DefaultInWords = "nothing is sealed" });

    public Setting Srs { get; } = Keys.Add(
        new("srs", SettingKind.Text,
            "The local domain in whose name mail of others is sent on by forward files and aliases (SRS): its sender "
                + "becomes `SRS0=…@` this domain, so that SPF holds at the next receiver, and what is returned finds "
                + "its way back. Mail to such an address is taken from the null sender alone.")
        { Form = "domain name", LengthLimit = 255, Check = SettingForms.Domain, DefaultInWords = "off" });

    private static string? Place(string text, string folder)
        => DkimKeyPlace.TryParse(text, folder, out _, out string error) ? null : error;
}
