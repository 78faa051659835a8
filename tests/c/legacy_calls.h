/* A program of the old days: each function once, by the old prototypes. Included by a C and a C++ file. */
static inline int legacy_request(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname, (void)action;
    return 0;
}

static inline void legacy_state(ServerStream *stream, void *usr_par, int state, int sent) {
    (void)stream, (void)sent;
    if (state == 5 || state == 6)
        ++*(int *)usr_par;
}

static inline char *text(const char *constant) {
    return (char *)constant;
}

static inline void legacy_settings(const char *folder, char *port) {
    char config[200];
    FILE *file;

    sprintf(config, "%s/old.cfg", folder);
    file = fopen(config, "w");
    fprintf(file,
            "mail_root=%s/mail smtp_name=example.org user=ann;secret;;PS\nsmtp_bind=127.0.0.1 pop_bind=127.0.0.1\n",
            folder);
    fclose(file);
    CHECK_INT(0, LoadConfig(config));
    CHECK(LoadConfig(text("/nowhere/at/all.cfg")) < 0);
    SetConfigParam(text("smtp_port"), port);
    CHECK_INT(atoi(port), GetConfigParamInt(text("smtp_port")));
    CHECK_TEXT(port, GetConfigParamStr(text("smtp_port")));
    CHECK_TEXT("example.org", SetConfigParamStr(text("smtp_name")));
    CHECK_INT(0, GetConfigParamInt(text("no_such_key")));
    CHECK(!GetConfigParamStr(text("no_such_key")));
}

static inline void legacy_sending(int port) {
    int done = 0, queued = 0;
    ServerStream s = SRVInitSendMsgSMTP(text("bert@example.net"), (int *)text("ann@example.org"), text("127.0.0.1"),
                                        port, legacy_state, &done);
    CHECK(s != NULL);
    CHECK_INT(14, SRVSend((ServerStream *)s, text("Subject: old\r\n"), 14));
    CHECK_INT(10, SRVprintf(&s, text("\n%s %d\n"), "apples", 3));
    SRVEndOfMsg(&s);
    CHECK_INT(1, done);
    /* ann is this host's own: both ways lead to her mailbox */
    s = SRVInitSendMsgImidiatly(text("bert@example.net"), (int *)text("ann@example.org"), legacy_state, &done);
    CHECK_INT(6, SRVprintf(&s, text("\nx %d\n"), 12));
    SRVEndOfMsg(&s);
    CHECK_INT(2, done);
    s = SRVInitSendMsgBackgaund(text("bert@example.net"), (int *)text("ann@example.org"), legacy_state, &queued);
    CHECK_INT(6, SRVprintf(&s, text("\nx %d\n"), 13));
    SRVEndOfMsg(&s);
    CHECK_INT(1, queued);
}

static inline void legacy_connection(void) {
    char octets[64];
    MailHostInfo found[2];

    CHECK_INT(0, SRVRecv(NULL, octets, sizeof octets));
    CHECK(!GetAUTHName(NULL));
    CHECK(!GetAUTHPassw(NULL));
    CHECK_INT(0, GetRemoteIP(NULL));
    CHECK_INT(0, GetRemoteAddr(NULL, octets, sizeof octets));
    CHECK_INT(-1, GetSocket(NULL));
    CHECK_INT(0, FindMX(text("no domain"), found, 2));
    CHECK_INT(116, sizeof(MailHostInfo));
}

static int legacy_pop_port;

/* Both servers run on when it returns. */
static inline int legacy_main(void) {
    const char *folder = check_make_folder();
    char port[16];

    sprintf(port, "%d", check_free_port());
    legacy_settings(folder, port);
    CHECK_INT(0, SetSMTPServer(legacy_request, 0, 0x7fffffff));
    legacy_pop_port = check_free_port();
    CHECK_INT(0, SetPOP3Server(legacy_request, legacy_pop_port, 0x7fffffff));
    legacy_sending(atoi(port));
    legacy_connection();
    return check_result();
}
