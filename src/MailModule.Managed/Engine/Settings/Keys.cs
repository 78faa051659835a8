namespace MailModule.Engine.Settings;

/// <summary>
/// The one table of settings: every key of the configuration file, of SetConfigParam and of the engine. The reference
/// page is made of it (docs/settings.md). A row's order is its order in that page.
/// </summary>
internal static partial class Keys
{
    private const long Unbounded = long.MaxValue;

    // Above the rows, for fields are made in the order of the text.
    private static readonly List<Setting> s_rows = [];
    private static string s_section = "General";

    public static readonly Setting MailRoot = Add(
        new("mail_root", SettingKind.Path,
            "Folder of all data that has no path of its own; made with mode 0700 at first use.")
        { Default = "mailmodule", DefaultInWords = "`mailmodule` in the working directory" });
    public static readonly Setting User = Add(
        new("user", SettingKind.List,
            "A user; one of the same name replaces the earlier. Flags: `P` mailbox and POP3, `S` may send by SMTP, "
                + "`A` administrator; `H`, `F`, `W`, `N` are kept. An empty password disables login; an empty home is "
                + "`mail_root/users/<name, escaped>`; mail is in `home/Maildir`. Password forms: see above.")
        { Form = "`name;password;home;flags`", Check = SettingForms.User });
    public static readonly Setting List = Add(
        new("list", SettingKind.List,
            "An address with several members, local, remote or lists themselves; one of the same address replaces the "
                + "earlier. Members have commas or white space between; `@file` stands for a file with one address a "
                + "line, read again when it changes. With an owner it is a mailing list, whose owner hears of "
                + "failures; without one an alias, whose senders do. See `lists.md`.")
        { Form = "`address;owner;members`", LengthLimit = 65536, Check = SettingForms.MailingList });
    public static readonly Setting Async = Flag(
        "async", "`SRVEndOfMsg` returns at once; the callback tells how sending went on.");
    public static readonly Setting CallbackInline = Flag(
        "callback_inline",
        "The host promises that its request callback never blocks: it is called on the I/O thread itself.");
    public static readonly Setting Strict = Flag(
        "strict", "An unknown key in a file is an error, not a line in the log.");
    public static readonly Setting Control = OfLocalSockets(
        "control", "Other processes of the same user may see and steer the queue, by the socket `mail_root/control` of "
            + "mode 0600 (`mm_control_open`, `mailmodule queue`), while the spool is open. Not on Windows.");
    public static readonly Setting FromSameHost = Number(
        "from_same_host", 0, 1_000_000, 100, "connections",
        "Connections at once from one address (IPv6: from one /64), all servers together; 0 = no limit. This machine "
            + "and clients of `smtp_range` and `smtp6_range` have none.",
        "nofrom_same_host");
    public static readonly Setting Md5Realm = Text("md5realm", "shs", 255, "The realm of passwords in the `~` form.");
    public static readonly Setting CryptPwd = FlagLater(
        "cryptpwd", "The old module kept passwords in the `+` form.", OtherModule);
    public static readonly Setting Md5Pwd = FlagLater(
        "md5pwd", "The old module kept passwords in the `~` form.", OtherModule);
    public static readonly SystemUserKeys SystemUsers = new();
    public static readonly Setting DosProtectSpeed = Number(
        "dos_protect_speed", 0, 65536, 3, "KB/min",
        "Speed below which a slow connection counts as an attack: a client that sends a message, or takes an answer, "
            + "more slowly on the average of a minute is cut off; so is a server that mail is fetched from (`fetch`), "
            + "on the average of `pop_timeout`. 0 = any speed will do.");
    public static readonly Setting IpRange = Ranges(
        "ip_range", "1.0.0.1-254.254.254.254", "Who may connect to any server; empty = everybody.");
    public static readonly Setting IpDeny = Ranges(
        "ip_deny", "", "Who may not connect to any server, though a range has the address.");
    public static readonly Setting Ip6Range = Ranges("ip6_range", "::1-FFFF:FFFF:FFFF:FFFF::", "As `ip_range`, IPv6.");
    public static readonly Setting Ip6Deny = Ranges("ip6_deny", "", "As `ip_deny`, IPv6.");

    private static readonly string s_log = Begin("Log");
    public static readonly Setting LogPath = Add(
        new("log", SettingKind.Path, "File that gets the log, mode 0600, opened anew for each write: it may be moved "
            + "away at any time (logrotate). The host's log callback gets the same lines.")
        { NoKeys = ["nolog"] });
    public static readonly Setting LogLevel = Add(
        new("loglevel", SettingKind.Choice, "How much is logged.")
        { Words = ["error", "warning", "info", "debug"], FirstWord = 1, Default = "info" });
    public static readonly LogKeys Logs = new();
    public static readonly Setting DelPwd = FlagLater(
        "delpwd", "Passwords are masked in the log; here they always are.", "this library always does so");
    public static readonly Setting DebugExpressions = Flag(
        "dbgle", "Expressions of lists of senders and of filters are traced: log level `debug`.");

    private static readonly string s_smtp = Begin("SMTP server");
    public static readonly Setting SmtpPort = Number("smtp_port", 1, 65535, 25, "", "Port of the SMTP server.");
    public static readonly Setting SmtpMax = Sessions("smtp_max", "SetSMTPServer", "nosmtp", "nosmtp_max");
    public static readonly Setting SmtpName = Add(
        new("smtp_name", SettingKind.Text,
            "Our domain: greeting, HELO name, and a local domain. Other hosts want a full name, with a dot; EHLO says "
                + "our address in place of one without. A name beyond ASCII goes out as A-labels (`xn--…`), an address "
                + "in brackets.")
        {
            LengthLimit = 255,
            Form = "domain name, or an address",
            Check = SettingForms.OwnName,
            FindDefault = static _ => HostName.Find(),
            DefaultInWords = "the machine's full name",
        });
    public static readonly Setting LocalDomain = Add(
        new("local_domain", SettingKind.List,
            "One more domain whose mail is for our users. `postmaster` is that user, else the first with flag `A`, "
                + "else the first.")
        { Form = "domain name", LengthLimit = 255, Check = SettingForms.Domain });
    public static readonly Setting SmtpBind = Addresses(
        "smtp_bind", "Addresses the SMTP server listens on.", "nosmtp_bind");
    public static readonly Setting SmtpsPort = Number(
        "smtps_port", 0, 65535, 0, "", "Port of SMTP with TLS from the first byte; 0 = off.");
    public static readonly Setting SubmissionPort = Number(
        "submission_port", 0, 65535, 0, "", "Port of SMTP that requires AUTH (RFC 6409); 0 = off.");
    public static readonly Setting SubmissionsPort = Number(
        "submissions_port", 0, 65535, 0, "", "The same with TLS from the first byte (RFC 8314: 465); 0 = off.");
    public static readonly Setting LmtpPort = Number(
        "lmtp_port", 0, 65535, 0, "", "Port of LMTP (RFC 2033), not 25; 0 = off.");
    public static readonly HandlerKeys Handlers = new();
    public static readonly Setting FutureReleaseMax = Number(
        "future_release_max", 0, 31_536_000, 0, "s",
        "How long a client that may relay can have a message held (RFC 4865); 0 = not offered.");
    public static readonly Setting SmtpMsgLimit = Number(
        "smtp_msg_limit", 4096, Unbounded, 52_428_800, "octets", "Largest message taken.");
    public static readonly Setting PlainAuth = Add(
        new("plain_auth", SettingKind.Choice,
            "Whether a password may come without TLS (AUTH PLAIN and LOGIN; USER and PASS): only from this machine, "
                + "from everywhere, or not at all.")
        { Words = ["loopback", "always", "never"], Default = "loopback" });
    public static readonly LoginKeys Logins = new();
    public static readonly Setting SmtpBareNewline = Add(
        new("smtp_bare_newline", SettingKind.Choice,
            "What a bare CR or LF, or a NUL, in a message does: the message is refused after its end, or the line end "
                + "is made CRLF and the NUL taken out. None of them ever ends or splits a message.")
        { Words = ["reject", "normalize"], Default = "reject" });
    public static readonly Setting SmtpRange = Ranges(
        "smtp_range", "127.0.0.1",
        "Who may send to other hosts without a login; empty = nobody. Users with flag `S` may after their login, "
            + "from everywhere.");
    public static readonly Setting Smtp6Range = Ranges("smtp6_range", "::1", "As `smtp_range`, IPv6.");
    public static readonly Setting SmtpDeny = Ranges("smtp_deny", "", "Who may not connect to the SMTP server.");
    public static readonly Setting Smtp6Deny = Ranges("smtp6_deny", "", "As `smtp_deny`, IPv6.");
    public static readonly FrontKeys Fronts = new();
    public static readonly Setting VhAlias = FlagLater(
        "vhalias", "Names of all virtual web hosts are local domains.", OtherModule);
    public static readonly Setting SmtpIpv6 = FlagLater(
        "smtpipv6", "The SMTP server listens on IPv6; here `smtp_bind` says so, by default all.", OtherModule);
    public static readonly Setting SmtpAny = Flag(
        "smtp_any",
        "Who may send to other hosts may use any sender. With `nosmtp_any` the sender must be an address of a user of "
            + "ours with flag `S`, or `<>`, for mail to other hosts.", "1");
    public static readonly Setting SmtpPopIp = Flag(
        "smtp_pop_ip",
        "POP before SMTP: an address from which a user with flag `S` has logged in by POP3 may send to other hosts for "
            + "`smtp_pop_time`. All who share it may: behind a router, that is a whole office.");
    public static readonly Setting SmtpAuthSame = Flag(
        "smtp_authsame",
        "After a login the sender must be an address of that user: one that mail reaches him by, or an alias that "
            + "names him, or one of `sender`; or `<>`.");
    public static readonly Setting UncheckIp = Flag(
        "uncheckip",
        "Senders of our domains are taken from foreign addresses. With `nouncheckip` a stranger's are refused: mail "
            + "that others forward back to us, or send on by lists that keep its sender, is refused with them.", "1");
    public static readonly Setting NoCheckBack = Flag(
        "nocheckback", "Senders without `@` are taken: `MAIL FROM:<name>` is a user of ours.");
    public static readonly Setting SmtpNoBreak = FlagLater(
        "smtp_nobreak", "The connection is not cut when a message passes the limit; here it never is.",
        "this library always does so");
    public static readonly CheckKeys Checks = new();
    public static readonly Setting SmtpLTime = Number(
        "smtp_ltime", 0, 268_435_456, 0, "s",
        "Time over which the volume of received mail is counted; 0 = off. What was counted fades evenly over it. Who "
            + "is over a limit is told 421 when connecting and 452 at MAIL, where SIZE counts in advance.",
        "nosmtp_ltime");
    public static readonly Setting SmtpIpLimit = Number(
        "smtp_ip_limit", 1024, 1_073_741_824, 16_777_216, "KB", "Volume of one address; an IPv6 /64 is one.");
    public static readonly Setting SmtpNetLimit = Number(
        "smtp_net_limit", 1024, 1_073_741_824, 16_777_216, "KB", "Volume of one network: IPv4 /16, IPv6 /48.");
    public static readonly Setting SmtpLimit = Number(
        "smtp_limit", 1024, 1_073_741_824, 16_777_216, "KB", "Volume of all clients together.");
    public static readonly Setting NoLimitUs = Flag(
        "nolimitus", "No volume limits for those who may send to other hosts: `smtp_range`, logins.");
    public static readonly LimitKeys Limits = new();
    public static readonly RouteKeys Routes = new();
    public static readonly Setting DnsBuild = TextLater(
        "dns_bld", null, "Zone under which the spammers' list is published.", OtherModule, 63, "nodns_bld");

    private static readonly string s_pop = Begin("POP3 server");
    public static readonly Setting PopPort = Number("pop_port", 1, 65535, 110, "", "Port of the POP3 server.");
    public static readonly Setting Pop3Max = Sessions("pop3_max", "SetPOP3Server", "nopop3", "nopop3_max");
    public static readonly Setting PopTimeout = Number(
        "pop_timeout", 1, 86400, 600, "s", "Idle time after which a session ends: SMTP and POP3, server and client.");
    public static readonly Setting PopBind = Addresses(
        "pop_bind", "Addresses the POP3 server listens on.", "nopop_bind");
    public static readonly Setting Pop3sPort = Number(
        "pop3s_port", 0, 65535, 0, "", "Port of POP3 with TLS from the first byte; 0 = off.");
    public static readonly Setting PopRange = Ranges(
        "pop_range", "", "Who may connect to the POP3 server; empty = everybody.");
    public static readonly Setting PopDeny = Ranges("pop_deny", "", "Who may not connect to the POP3 server.");
    public static readonly Setting Pop6Range = Ranges("pop6_range", "", "As `pop_range`, IPv6.");
    public static readonly Setting Pop6Deny = Ranges("pop6_deny", "", "As `pop_deny`, IPv6.");
    public static readonly Setting PopIpv6 = FlagLater(
        "popipv6", "The POP3 server listens on IPv6; here `pop_bind` says so, and all addresses are the default.",
        OtherModule);
    public static readonly PopKeys Pop = new();
    public static readonly FetchKeys Fetching = new();

    private static readonly string s_queue = Begin("Queue and sending");
    public static readonly Setting SmtpOut = Add(
        new("smtp_out", SettingKind.Path, "Folder of the spool.")
        {
            FindDefault = static values => Path.Combine(values.FullPath(MailRoot)!, "spool"),
            DefaultInWords = "`mail_root/spool`",
        });
    public static readonly Setting SmtpSent = Add(
        new("smtp_sent", SettingKind.Path,
            "Folder that gets an `.eml` copy of each message that the queue has sent to one recipient at least.")
        { NoKeys = ["nosmtp_sent"] });
    public static readonly Setting SentTime = Number(
        "sent_time", 0, 24576, 24576, "days",
        "Age at which copies in `smtp_sent` are deleted: `.eml` files of that folder, looked at once an hour; "
            + "0 = never.");
    public static readonly Setting SmtpErr = Add(
        new("smtp_err", SettingKind.Path,
            "Folder that gets an `.eml` copy of each message that the queue has given up for one recipient at least."));
    public static readonly Setting SmtpDns = Add(
        new("smtp_dns", SettingKind.Text, "Resolvers.")
        { Form = "`ip[:port]`, commas between", Check = SettingForms.Resolvers, DefaultInWords = "the system's" });
    public static readonly Setting SmtpMxPort = Number(
        "smtp_mx_port", 1, 65535, 25, "", "Port for delivery to the recipient's own server.");
    public static readonly Setting InnerMx = Add(
        new("inner_mx", SettingKind.Choice,
            "Whether mail goes to a domain's mail hosts at inner addresses (private, loopback, link-local and the "
                + "like), or to address literals of that kind: to private ones the mail of the host, of logins and of "
                + "`smtp_range` alone, to others none; all mail; none. `smtpproxy` and a server that a call names may "
                + "be anywhere.")
        { Words = ["own", "allow", "deny"], Default = "own" });
    public static readonly Setting SmtpNoMx = FlagLater(
        "smtp_nomx", "A domain without MX is served by its address record; here it always is.",
        "this library always does so");
    public static readonly Setting SmtpProxy = Add(
        new("smtpproxy", SettingKind.Text,
            "The smarthost: all mail for other hosts goes there. Its port is 25, with `smtpproxy_tls=implicit` 465.")
        { Form = "`host[:port]`", LengthLimit = 262, Check = SettingForms.HostAndPort, NoKeys = ["nosmtpproxy"] });
    public static readonly Setting SmtpProxyUser = Text(
        "smtpproxy_user", null, 4096,
        "Login name at the smarthost. The password goes without TLS (AUTH PLAIN, LOGIN, CRAM-MD5) only to this "
            + "machine, or with `plain_auth=always`; where there is TLS, `smtpproxy_check` says to whom.");
    public static readonly Setting SmtpProxyPassword = Add(
        new("smtpproxy_password", SettingKind.Text, "Password at the smarthost."));
    public static readonly Setting SmtpProxyTls = Add(
        new("smtpproxy_tls", SettingKind.Choice, "TLS to the smarthost.")
        { Words = ["none", "opportunistic", "required", "implicit"], Default = "opportunistic" });
    public static readonly Setting SmtpProxyCheck = Flag(
        "smtpproxy_check",
        "With `smtpproxy_user`, the smarthost's certificate must be right, as with `smtpchktls`: its chain, and that "
            + "it bears the name that stands in `smtpproxy`. Else no password goes there, and mail waits.", "1");
    public static readonly Setting Send8Bit = Add(
        new("send_8bit", SettingKind.Choice,
            "What becomes of eight-bit text, and of header fields in UTF-8, for a host that does not offer to take "
                + "them: it is converted, is sent all the same, or the message is returned.")
        { Words = ["convert", "raw", "return"], Default = "convert" });
    public static readonly Setting Proxy = Add(
        new("proxy", SettingKind.Text, "Proxy for outgoing connections.")
        {
            Form = "`socks5://[user:password@]host:port`, `socks4a://...`, `http://...`",
            Check = SettingForms.Proxy,
        });
    public static readonly Setting UpProxy = Add(
        new("upproxy", SettingKind.Text, "Parent HTTP proxy; mail goes through it with `ever_upproxy`.")
        { Form = "`host[:port]`", LengthLimit = 255, Check = SettingForms.HostAndPort, NoKeys = ["noupproxy"] });
    public static readonly Setting UpProxyPort = Number(
        "upproxy_port", 1, 65535, 3128, "", "Port of `upproxy`, where that names none.");
    public static readonly Setting UpUser = Add(
        new("up_user", SettingKind.Text, "Name and password at `upproxy`.")
        { Form = "`user:password`", Check = SettingForms.UserAndPassword, NoKeys = ["noup_user"] });
    public static readonly Setting NoUpHosts = TextLater(
        "nouphosts", null, "Hosts that are reached without `upproxy`.", "all mail goes through the proxy, if any does");
    public static readonly Setting EverUpProxy = Flag(
        "ever_upproxy", "Connections to other hosts go through `upproxy`, unless `proxy` names another.");
    public static readonly Setting PoolHostMax = Number(
        "pool_host_max", 1, 10_000, 20, "connections",
        "Connections at once to one destination for messages that the host sends itself; more messages wait.");
    public static readonly Setting PoolIdle = Number(
        "pool_idle", 0, 3600, 0, "s",
        "How long such a connection stays open for the next message with the same destination, login, TLS and proxy; "
            + "0 = QUIT as soon as no message waits for it.");
    public static readonly Setting PoolMax = Number(
        "pool_max", 1, 10_000, 100, "connections", "Connections that stay open so, to all destinations.");
    public static readonly Setting PoolMessages = Number(
        "pool_messages", 1, 1_000_000, 100, "messages", "Messages on one such connection; then it ends.");
    public static readonly Setting QueueRetry = Add(
        new("queue_retry", SettingKind.Text, "Times between attempts; the last repeats.")
        {
            Form = "seconds, commas between",
            Unit = "s",
            Check = SettingForms.Seconds,
            Default = "60,300,900,1800,3600",
        });
    public static readonly Setting QueueLifetime = Number(
        "queue_lifetime", 1, 31_536_000, 86400, "s", "Time until a message that cannot be delivered is returned.");
    public static readonly Setting DelayNotice = Number(
        "delay_notice", 0, 31_536_000, 14400, "s", "Time until one notice that a message is delayed; 0 = none.");
    public static readonly Setting TimeBetween = Number(
        "time_btw", 0, 1024, 0, "s", "Pause after each delivery to another host.");
    public static readonly Setting SmtpConform = Flag(
        "smtp_conform",
        "A header field `Generate-Delivery-Report:` asks for a DSN of success, as NOTIFY=SUCCESS does; for those who "
            + "may send to other hosts, and where NOTIFY says nothing.");
    public static readonly Setting Forward = Flag(
        "forward", "Users' `forward` files, in their homes, are obeyed (`forward-files.md`).");
    public static readonly Setting ForwardRun = Flag(
        "fwdrun", "`!command` lines are run, with the rights of the home's owner. Not on Windows.");
    public static readonly Setting AntiVirus = OfPrograms(
        "antivirus", "Script that is run on each message that comes by SMTP, before it is accepted; what the host "
            + "itself sends is not scanned (`sender-lists.md`). Not on Windows.", "noantivirus");
    public static readonly Setting RunTimeout = Number(
        "run_timeout", 30, 1_048_576, 64, "s", "Time after which a command of `fwdrun` or `antivirus` is ended.");

    private static readonly string s_signing = Begin("Signatures");
    public static readonly SigningKeys Signing = new();

    private static readonly string s_tls = Begin("TLS");
    public static readonly Setting SmtpTls = Flag("smtp_tls", "STARTTLS (SMTP) and STLS (POP3) are offered.");
    public static readonly Setting SmtpTlsOut = Flag(
        "smtptls", "Sending uses TLS where the other host offers it.", "1");
    public static readonly Setting TlsCertFile = Add(
        new("tls_cert_file", SettingKind.Path, "Certificate and its chain, PEM.") { Default = "temp_sert.pem" });
    public static readonly Setting TlsKeyFile = Add(
        new("tls_key_file", SettingKind.Path, "Private key, PEM.")
        { DefaultInWords = "the same file as `tls_cert_file`" });
    public static readonly Setting TlsHost = Add(
        new("tls_host", SettingKind.List,
            "A certificate for clients that ask for one of these names (SNI), which may begin with `*.`; others see "
                + "`tls_cert_file`. Read again when it changes, as that is.")
        { Form = "`name,...;certificate[;key]`", Check = SettingForms.Host });
    public static readonly Setting TlsClientCert = Add(
        new("tls_client_cert", SettingKind.Choice,
            "Whether clients are asked for a certificate: `ask`, and those without go on without; or `require`.")
        { Words = ["off", "ask", "require"], Default = "off" });
    public static readonly Setting TlsClientCa = Add(
        new("tls_client_ca", SettingKind.Path, "Authorities whose certificates prove who a client is, PEM."));
    public static readonly Setting SmtpOnlyTls = Flag("smtponlytls", "Nothing is sent without TLS.");
    public static readonly Setting SmtpCheckTls = Flag(
        "smtpchktls",
        "With TLS, the other host's certificate is checked: its chain, and that it bears the host's name.");
    public static readonly Setting TlsCaPath = Add(
        new("tls_capath", SettingKind.Path, "Folder of trusted certificates, PEM, beside `tls_cafile`."));
    public static readonly Setting TlsCaFile = Add(
        new("tls_cafile", SettingKind.Path, "File of trusted certificates, PEM, for `smtpchktls`.")
        { DefaultInWords = "the system's" });
    public static readonly Setting TlsCiphers = Add(
        new("tls_ciphers", SettingKind.Text,
            "Ciphers of TLS, the best first, for servers and for sending. Those of TLS 1.3 are among them: without one "
                + "there is no TLS 1.3. Not on Windows, where the system has the choice.")
        {
            Form = "IANA names, commas between",
            LengthLimit = 16384,
            Check = SettingForms.Ciphers,
            DefaultInWords = "Mozilla's \"intermediate\", then what is better than clear text: CBC, RSA",
        });
    public static readonly Setting TlsMinVersion = Add(
        new("tls_min_version", SettingKind.Choice, "The oldest version of TLS, for servers and for sending.")
        { Words = ["1.2", "1.3", "TLSv1.2", "TLSv1.3"], Default = "1.2" });
    public static readonly Setting TlsPriority = TextLater(
        "tls_priority", null, "Cipher list of the old module's library.",
        "`tls_ciphers` and `tls_min_version` say it now", 2047);
    public static readonly Setting TlsLib = TextLater(
        "tls_lib", null, "TLS library of the old module; here it is the system's.", OtherModule, 256);
    public static readonly TlsTrustKeys TlsTrust = new();

    private static readonly string s_web = Begin("Web mail of the old module");
    public static readonly WebMailKeys WebMail = new();

    /// <summary>All rows, in the page's order; a row's <see cref="Setting.Index"/> is its place.</summary>
    public static readonly IReadOnlyList<Setting> All = s_rows;
}
