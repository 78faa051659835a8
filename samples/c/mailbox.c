/* A process that is a mailbox or a forwarder: mailbox PORT DOMAIN FOLDER. A name NAME@DOMAIN has a mailbox if there is
 * a folder FOLDER/NAME, and is sent on if there is a file FOLDER/NAME.forward with an address in it. */
#include "system.h"
#include <mailmodule.h>
#include <stdlib.h>
#include <string.h>

static const char *domain, *folder;
static mm_engine *engine;

static FILE *open_file(const char *name, const char *end, const char *mode) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, end);
    return strpbrk(name, "/\\:") ? NULL : fopen(path, mode);
}

static int on_domain(mm_session *session, const char *asked, const char *const *route, size_t count, void *user) {
    (void)session, (void)route, (void)count, (void)user;
    return strcmp(asked, domain) == 0 ? MM_VERDICT_LOCAL : MM_VERDICT_REJECT;
}

/* Whether a name is somebody's, and whose. */
static int on_lookup(mm_session *session, const char *address, void *user) {
    char name[256], target[256] = "";
    FILE *file;
    (void)user;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(address, "@"), address);
    if ((file = open_file(name, ".forward", "r")) != NULL) {
        int is_read = fscanf(file, "%255s", target) == 1;
        fclose(file);
        return is_read && mm_session_set_expansion(session, target) == MM_OK ? MM_VERDICT_ACCEPT : MM_VERDICT_ERROR;
    }
    if ((file = open_file(name, "/mail", "ab")) == NULL)
        return MM_VERDICT_REJECT;
    fclose(file);
    return MM_VERDICT_ACCEPT;
}

static int keep(const char *path, const mm_session_rcpt *rcpt) {
    char text[4096];
    size_t length;
    FILE *from = fopen(path, "rb"), *to = open_file(rcpt->local_part, "/mail", "ab");
    int is_kept = from && to;
    while (is_kept && (length = fread(text, 1, sizeof text, from)) > 0)
        is_kept = fwrite(text, 1, length, to) == length;
    if (from)
        fclose(from);
    return to && fclose(to) == 0 && is_kept;
}

static int forward(const char *path, const char *sender, const mm_session_rcpt *rcpt) {
    mm_send *send = NULL;
    int is_sent = mm_send_new(engine, NULL, sender, &send) == MM_OK &&
                  mm_send_add_recipient(send, rcpt->address, 0, NULL) == MM_OK &&
                  mm_send_set_file(send, path) == MM_OK && mm_send_start(send) == MM_OK &&
                  mm_send_wait(send, 30000) == MM_OK;
    mm_send_free(send);
    return is_sent;
}

static int on_message(mm_session *session, int64_t size, void *user) {
    mm_session_rcpt rcpt = MM_SESSION_RCPT_INIT;
    const char *path, *sender;
    (void)user;
    if (mm_session_get_path(session, &path) != MM_OK || mm_session_get_sender(session, &sender) != MM_OK)
        return MM_VERDICT_ERROR;
    for (int i = 0; mm_session_get_recipient(session, i, &rcpt) == MM_OK; i++) {
        int is_here = strcmp(rcpt.domain, domain) == 0;
        printf("%lld octets %s %s\n", (long long)size, is_here ? "for" : "sent on to", rcpt.address);
        if (!(is_here ? keep(path, &rcpt) : forward(path, sender, &rcpt)))
            return MM_VERDICT_ERROR;
    }
    return MM_VERDICT_DONE;
}

int main(int argc, char **argv) {
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    mm_smtp_server *server = NULL;
    if (argc != 4)
        return fprintf(stderr, "usage: mailbox PORT DOMAIN FOLDER\n"), 2;
    show_lines_at_once();
    domain = argv[2], folder = argv[3];
    options.addresses = "127.0.0.1", options.port = atoi(argv[1]);
    handlers.domain = on_domain, handlers.lookup = on_lookup, handlers.message = on_message;
    if (mm_engine_new(&engine) != MM_OK || mm_engine_set(engine, "mail_root", folder) != MM_OK ||
        mm_smtp_server_start(engine, &options, &handlers, NULL, &server) != MM_OK)
        return fprintf(stderr, "mailbox: %s\n", mm_last_error_message()), 1;
    printf("mail for %s is taken on port %s\n", domain, argv[1]);
    while (getchar() != EOF)
        ;
    return mm_engine_free(engine) == MM_OK ? 0 : 1;
}
