/* Looks up names, and takes messages over piece by piece: handover [PORT], until its input ends. A name of example.org
 * is somebody's if there is a folder of that name; its mail is added to the file "mail" in it. It does what a class of
 * PTLib's does that overrides LookUpName and HandleMessage (docs/decisions/0060-programs-of-the-seeds.md). */
#include <mailmodule.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_mailbox(const char *name, int length) {
    char path[300];
    snprintf(path, sizeof path, "%.*s/mail", length, name);
    return strcspn(path, "/\\:") == (size_t)length && path[0] != '.' ? fopen(path, "ab") : NULL;
}

static int on_domain(mm_session *session, const char *domain, const char *const *route, size_t count, void *user) {
    (void)session, (void)route, (void)count, (void)user;
    return strcmp(domain, "example.org") == 0 ? MM_VERDICT_LOCAL : MM_VERDICT_REJECT;
}

static int on_lookup(mm_session *session, const char *address, void *user) {
    FILE *file = open_mailbox(address, (int)strcspn(address, "@"));
    return (void)session, (void)user, file && fclose(file) == 0 ? MM_VERDICT_ACCEPT : MM_VERDICT_REJECT;
}

static int on_chunk(mm_session *session, const void *octets, size_t size, int flags, void *user) {
    mm_session_rcpt rcpt = MM_SESSION_RCPT_INIT;
    int is_kept = 1;
    for (int i = 0; is_kept && mm_session_get_recipient(session, i, &rcpt) == MM_OK; i++) {
        FILE *file = open_mailbox(rcpt.local_part, (int)strlen(rcpt.local_part));
        is_kept = file && fwrite(octets, 1, size, file) == size;
        is_kept = file && fclose(file) == 0 && is_kept;
    }
    return (void)flags, (void)user, is_kept ? MM_VERDICT_CONTINUE : MM_VERDICT_ERROR;
}

static int on_message(mm_session *session, int64_t size, void *user) {
    return (void)session, (void)size, (void)user, MM_VERDICT_DONE;
}

int main(int argc, char **argv) {
    mm_smtp_server_options options = {sizeof options, "127.0.0.1", argc > 1 ? atoi(argv[1]) : 2525, 0, 0, 0};
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    mm_engine *engine;
    mm_smtp_server *server;
    handlers.domain = on_domain, handlers.lookup = on_lookup, handlers.chunk = on_chunk, handlers.message = on_message;
    if (mm_engine_new(&engine) != MM_OK || mm_smtp_server_start(engine, &options, &handlers, NULL, &server) != MM_OK)
        return fprintf(stderr, "handover: %s\n", mm_last_error_message()), 1;
    return getchar(), mm_engine_free(engine) != MM_OK;
}
