namespace MailModule.Engine.Settings;

/// <summary>
/// Rows of <see cref="Keys"/> about where mail goes: domains and the addresses in them. Made by it, at their place in
/// the page.
/// </summary>
internal sealed class RouteKeys
{
    private const string Patterns = "`example.org` is that domain alone, `.example.org` that one and all below it, "
        + "`*.example.org` those below it, `*` any; what names a domain more closely wins.";

    public Setting RelayDomain { get; } = Keys.Add(
        new("relay_domain", SettingKind.List,
            "A domain of other hosts for which mail is taken from anybody, and passed on. " + Patterns
                + " `*` makes an open relay.")
        { Form = "domain name or pattern", LengthLimit = 257, Check = SettingForms.DomainPattern });

    public Setting Route { get; } = Keys.Add(
        new("route", SettingKind.List,
            "Where mail for a domain goes in place of its own mail hosts and of `smtpproxy`. " + Patterns + " The host "
                + "may have any address. TLS is as for other hosts, or `none`, `opportunistic`, `required`, "
                + "`implicit` (from the first byte, port 465); with `verify` the host's certificate must be right. Who "
                + "may send there is not said here: see `relay_domain`.")
        { Form = "`domain;host[:port][;options]`", Check = SettingForms.Route });

    public Setting RecipientDelimiter { get; } = Keys.Add(
        new("recipient_delimiter", SettingKind.Text,
            "Characters behind which the local part of an address is a tag: mail for `user+tag` is `user`'s, where "
                + "there is no user of the whole name. Empty: there are no tags.")
        { Form = "of `+-_=#.`", Default = "+", LengthLimit = 6, Check = SettingForms.Delimiters });

    public Setting CatchAll { get; } = Keys.Add(
        new("catch_all", SettingKind.List,
            "A user who gets what is for nobody else in a domain of ours. Patterns are as in `relay_domain`; `*` is "
                + "every domain of ours.")
        { Form = "`domain;user`", Check = SettingForms.CatchAll });

    public Setting Quota { get; } = Keys.Add(
        new("quota", SettingKind.List,
            "What a user's mailbox may hold, all its folders together: octets, with `K`, `M`, `G` or `T`, and "
                + "messages; 0 = any number. A full one is refused with 552, one without room for the size that MAIL "
                + "declares with 452; what was accepted before waits until there is room. One of the same user "
                + "replaces the earlier.")
        { Form = "`user;size[;count]`", Check = SettingForms.QuotaOfUser });

    public Setting QuotaDefault { get; } = Keys.Add(
        new("quota_default", SettingKind.Text, "The same for every user without a `quota`.")
        { Form = "`size[;count]`", Check = SettingForms.Quota });

    public Setting QuotaWarn { get; } = Keys.Number(
        "quota_warn", 0, 100, 90, "%",
        "From how full on a mailbox is told of, once: in the log, and to the host by `MM_QUEUE_EVENT_QUOTA`; once more "
            + "when it is full. 0 = never.");
}
