/* An anti-spam gateway: gateway PORT DOMAIN HOST[:PORT] FOLDER. Takes mail for DOMAIN alone, refuses what it does not
 * like, and sends the rest on to HOST through a queue in FOLDER, until its input ends. */
#include "system.h"
#include <mailmodule.h>
#include <stdlib.h>
#include <string.h>

static const char bad_word[] = "buy now";

/* A reply of our own, and the verdict that goes with it. */
static int refuse(mm_session *session, int code, const char *status, const char *text, int verdict) {
    mm_session_set_reply(session, code, status, text);
    return verdict;
}

static int on_connect(mm_session *session, void *user) {
    mm_session_info info = MM_SESSION_INFO_INIT;
    (void)user;
    if (mm_session_get_info(session, &info) == MM_OK && strncmp(info.client, "192.0.2.", 8) == 0)
        return refuse(session, 554, "5.7.1", "No mail from your network", MM_VERDICT_CLOSE);
    return MM_VERDICT_CONTINUE;
}

static int on_hello(mm_session *session, const char *name, void *user) {
    (void)user;
    if (!strchr(name, '.') && name[0] != '[')
        return refuse(session, 550, "5.7.1", "That is not the name of a mail host", MM_VERDICT_REJECT);
    return MM_VERDICT_CONTINUE;
}

static int on_domain(mm_session *session, const char *domain, const char *const *route, size_t count, void *user) {
    (void)route, (void)count;
    if (strcmp(domain, user) == 0)
        return MM_VERDICT_FORWARD;
    return refuse(session, 550, "5.7.1", "We do not relay", MM_VERDICT_REJECT);
}

/* The word may lie across two pieces: each is read with the end of the one before. */
static int has_bad_word(mm_session *session) {
    char text[4096 + 1];
    const size_t kept = sizeof bad_word - 2;
    int64_t offset = 0;
    size_t length;
    while (mm_session_read_message(session, offset, text, sizeof text - 1, &length) == MM_OK && length > 0) {
        for (size_t i = 0; i < length; i++)
            if (text[i] == '\0')
                text[i] = ' ';
        text[length] = '\0';
        if (strstr(text, bad_word))
            return 1;
        if (length <= kept)
            break;
        offset += (int64_t)(length - kept);
    }
    return 0;
}

static int on_message(mm_session *session, int64_t size, void *user) {
    (void)user;
    if (has_bad_word(session)) {
        printf("refused: %lld octets\n", (long long)size);
        return refuse(session, 550, "5.7.1", "This looks like spam", MM_VERDICT_REJECT);
    }
    mm_session_add_header(session, "X-Gateway", "looked at");
    return MM_VERDICT_CONTINUE;
}

int main(int argc, char **argv) {
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    mm_engine *engine = NULL;
    mm_smtp_server *server = NULL;
    if (argc != 5)
        return fprintf(stderr, "usage: gateway PORT DOMAIN HOST[:PORT] FOLDER\n"), 2;
    show_lines_at_once();
    options.addresses = "127.0.0.1";
    options.port = atoi(argv[1]);
    handlers.connect = on_connect;
    handlers.helo = handlers.ehlo = on_hello;
    handlers.domain = on_domain;
    handlers.message = on_message;
    if (mm_engine_new(&engine) != MM_OK || mm_engine_set(engine, "mail_root", argv[4]) != MM_OK ||
        mm_engine_set(engine, "smtpproxy", argv[3]) != MM_OK ||
        mm_smtp_server_start(engine, &options, &handlers, argv[2], &server) != MM_OK)
        return fprintf(stderr, "gateway: %s\n", mm_last_error_message()), 1;
    printf("the gateway of %s listens on port %s\n", argv[2], argv[1]);
    while (getchar() != EOF)
        ;
    mm_smtp_server_stop(server, 5000);
    return mm_engine_free(engine) == MM_OK ? 0 : 1;
}
