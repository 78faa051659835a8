/* Odd arguments of every kind, by a seeded dice. */
#ifndef ODD_H
#define ODD_H

#include "declared.h"
#include "server.h"

/* Every call of a function of the header, which so is known to be thrown at. */
#define CALL(function, ...) (calling(#function), (function)(__VA_ARGS__))

static unsigned int state;

static inline unsigned int dice(unsigned int sides) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % sides;
}

static inline const char *odd_text(void) {
    static char long_text[70000];
    static const char *const texts[] = {NULL,
                                        "",
                                        "a@example.net",
                                        "\xff\xfe",
                                        "\xc3\xa4@example.net",
                                        "a@b, c@d;",
                                        "@",
                                        "<>",
                                        "\r\nQUIT",
                                        "smtp_port",
                                        "user",
                                        "mail_root",
                                        "-1",
                                        "2147483648",
                                        "a b\tc\nd",
                                        "%s%n%d",
                                        "=",
                                        "from_same_host"};
    unsigned int which = dice(sizeof texts / sizeof texts[0] + 1);
    if (which < sizeof texts / sizeof texts[0])
        return texts[which];
    memset(long_text, 'a' + (int)dice(26), sizeof long_text - 1);
    return long_text;
}

static inline int odd_number(void) {
    static const int numbers[] = {0, 1, -1, 25, 65535, 65536, -2147483647 - 1, 2147483647, 512};
    return numbers[dice(sizeof numbers / sizeof numbers[0])];
}

static inline ServerStream *odd_stream(void) {
    static ServerStream places[8];
    unsigned int which = dice(8);
    switch (dice(6)) {
    case 0:
        return NULL;
    case 1:
        return (ServerStream *)(size_t)(dice(60000));
    case 2:
        return (ServerStream *)mm_engine_default();
    case 3:
        if (places[which])
            return (ServerStream *)places[which]; /* live or stale */
        return &places[which];
    default:
        places[which] = SRVInitSendMsgSMTP("a@example.net", "b@example.net", "127.0.0.1", 1, NULL, NULL);
        return &places[which];
    }
}

/* ---- engines, messages with results, and the queue ---- */

static union {
    size_t size;
    mm_send_options options;
    mm_send_result result;
    mm_queue_counts counts;
    mm_queue_message message;
    mm_queue_recipient recipient;
    mm_import_options import;
    mm_smtp_server_options server;
    char octets[4096]; /* as far as a size may reach */
} odd_room;

/* A structure of an odd size, all its members 0; or none. */
static inline void *odd_struct(size_t right_size) {
    const size_t sizes[] = {0, 1, sizeof(size_t), right_size - 1, right_size + 8, 4096, 4097, (size_t)-1};
    if (dice(16) == 0)
        return NULL;
    memset(&odd_room, 0, sizeof odd_room);
    odd_room.size = dice(3) ? right_size : sizes[dice(sizeof sizes / sizeof sizes[0])];
    return &odd_room;
}

static inline mm_send_options *odd_options(void) {
    mm_send_options *options = odd_struct(sizeof *options);
    if (!options || dice(2))
        return options;
    options->route = dice(3) ? (int)dice(4) : odd_number();
    options->port = options->route == MM_SEND_ROUTE_SERVER ? 1 : odd_number();
    options->tls = (int)dice(6) - 1;
    options->tls_check = (int)dice(4);
    options->timeout_ms = dice(2) ? 0 : odd_number();
    options->return_content = (int)dice(4);
    options->host = dice(2) ? "127.0.0.1" : NULL;
    options->user_name = dice(4) ? NULL : odd_text();
    options->password = dice(4) ? NULL : odd_text();
    options->hello_name = dice(4) ? NULL : odd_text();
    options->envelope_id = dice(4) ? NULL : odd_text();
    return options;
}

/* The default one, one of its own that is live or gone, or none. */
static inline mm_engine *odd_engine(void) {
    static mm_engine *engines[4];
    static int count;
    unsigned int which = dice(4);
    char root[128];
    if (dice(8) == 0)
        return (mm_engine *)(void *)odd_stream();
    if (dice(4))
        return mm_engine_default();
    if (dice(16) == 0) {
        CALL(mm_engine_free, engines[which]);
        if (dice(2) && CALL(mm_engine_new, &engines[which]) == MM_OK) {
            sprintf(root, "%s/engine%d", check_folder, ++count);
            CALL(mm_engine_set, engines[which], "mail_root", root);
            CALL(mm_engine_set, engines[which], "smtpproxy", "127.0.0.1:1");
            CALL(mm_engine_set, engines[which], "smtp_bind", "127.0.0.1");
            CALL(mm_engine_set, engines[which], "pop_bind", "127.0.0.1");
            CALL(mm_engine_set_int, engines[which], "smtp_port", smtp_port);
            CALL(mm_engine_set_int, engines[which], "pop_port", pop_port);
        }
    }
    return engines[which];
}

static inline mm_smtp_server_options *odd_server_options(void) {
    mm_smtp_server_options *options = odd_struct(sizeof *options);
    if (!options || dice(2))
        return options;
    options->addresses = dice(2) ? "127.0.0.1" : odd_text();
    options->port = dice(2) ? MM_PORT_ANY : odd_number() | 0x10000;
    options->max_sessions = dice(2) ? 0 : odd_number();
    return options;
}

/* Live, gone, of the other kind, or never one. */
static inline mm_smtp_server *odd_server(void) {
    static mm_smtp_server *servers[2];
    unsigned int which = dice(2);
    if (dice(10) == 0)
        return (mm_smtp_server *)(void *)odd_engine();
    if (dice(4) == 0) {
        if (dice(2))
            CALL(mm_smtp_server_stop, servers[which], 0);
        else
            CALL(mm_pop3_server_stop, (mm_pop3_server *)(void *)servers[which], 0);
        if (which)
            CALL(mm_smtp_server_start, odd_engine(), odd_server_options(), NULL, NULL, &servers[which]);
        else
            CALL(mm_pop3_server_start, odd_engine(), (mm_pop3_server_options *)(void *)odd_server_options(), NULL, NULL,
                 (mm_pop3_server **)(void *)&servers[which]);
    }
    return servers[which];
}

static inline mm_socket odd_descriptor(void) {
    static const int numbers[] = {-1, 65536, -2147483647 - 1, 2147483647};
    static descriptor nothing;
    static int is_open;
    if (!is_open++)
        nothing = descriptor_open(NOTHING_FILE);
    return dice(2) ? (mm_socket)nothing : (mm_socket)numbers[dice(4)];
}

static inline int odd_piece(void *buffer, size_t size, size_t *length, void *user) {
    const size_t lengths[] = {0, size, size + 1, (size_t)-1};
    (void)user;
    memset(buffer, 'x', size > 100 ? 100 : size);
    *length = dice(2) ? 100 : lengths[dice(4)];
    return dice(4) ? MM_OK : odd_number();
}

#endif
