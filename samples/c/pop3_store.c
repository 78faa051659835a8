/* A mail store of the host's own behind the POP3 server: pop3_store PORT PASSWORD FILE..., until its input ends. Each
 * file is a message, for whoever knows the password; what a client deletes is deleted when it quits. The handlers get
 * the program's arguments, from the password on. */
#include <mailmodule.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Octets with CRLF line ends (RFC 1939 section 11); below 0: it cannot be read, so it is gone. */
static int64_t size_of(const char *path) {
    FILE *file = fopen(path, "rb");
    int64_t size = 0;
    int octet, last = '\n';
    if (!file)
        return -1;
    for (; (octet = getc(file)) != EOF; last = octet)
        size += octet == '\n' && last != '\r' ? 2 : 1;
    fclose(file);
    return last == '\n' ? size : size + 2;
}

static int on_auth(mm_session *session, const mm_session_login *login, void *user) {
    (void)session;
    return strcmp(login->password, *(char **)user) == 0 ? MM_VERDICT_ACCEPT : MM_VERDICT_REJECT;
}

static int on_open(mm_session *session, const char *name, const char *folder, void *user) {
    (void)name, (void)folder;
    for (char **file = (char **)user + 1; *file; file++) {
        int64_t size = size_of(*file);
        if (size >= 0 && mm_session_add_message(session, size, name_of(*file), file) != MM_OK)
            return MM_VERDICT_ERROR;
    }
    return MM_VERDICT_ACCEPT;
}

/* The file that the session has open is kept with it. */
static void keep(mm_session *session, FILE *file) {
    void *before;
    if (mm_session_get_user(session, &before) == MM_OK && before)
        fclose(before);
    mm_session_set_user(session, file);
}

static int on_retr(mm_session *session, const mm_session_message *message, void *user) {
    FILE *file = fopen(*(char **)message->data, "rb");
    (void)user;
    keep(session, file);
    return file ? MM_VERDICT_ACCEPT : MM_VERDICT_ERROR;
}

static int on_read(mm_session *session, size_t room, void *user) {
    char octets[16384];
    void *file;
    size_t count;
    (void)user;
    if (mm_session_get_user(session, &file) != MM_OK)
        return MM_VERDICT_ERROR;
    count = fread(octets, 1, room < sizeof octets ? room : sizeof octets, file);
    if (ferror((FILE *)file) || mm_session_write(session, octets, count) != MM_OK)
        return MM_VERDICT_ERROR;
    return count > 0 ? MM_VERDICT_CONTINUE : MM_VERDICT_DONE;
}

static int on_remove(mm_session *session, const mm_session_message *message, void *user) {
    (void)session, (void)user;
    return remove(*(char **)message->data) == 0 ? MM_VERDICT_DONE : MM_VERDICT_REJECT;
}

static void on_close(mm_session *session, void *user) {
    (void)user, keep(session, NULL);
}

int main(int argc, char **argv) {
    mm_pop3_server_options options = MM_POP3_SERVER_OPTIONS_INIT;
    mm_pop3_server_handlers handlers = MM_POP3_SERVER_HANDLERS_INIT;
    mm_engine *engine;
    mm_pop3_server *server;
    if (argc < 3)
        return fprintf(stderr, "pop3_store PORT PASSWORD FILE...\n"), 2;
    options.addresses = "127.0.0.1", options.port = atoi(argv[1]);
    handlers.auth = on_auth, handlers.open = on_open, handlers.retr = on_retr, handlers.read = on_read;
    handlers.remove = on_remove, handlers.close = on_close;
    if (mm_engine_new(&engine) != MM_OK ||
        mm_pop3_server_start(engine, &options, &handlers, argv + 2, &server) != MM_OK)
        return fprintf(stderr, "pop3_store: %s\n", mm_last_error_message()), 1;
    while (getchar() != EOF)
        ;
    return mm_engine_free(engine) != MM_OK;
}
