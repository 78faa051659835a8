/* Shows each message as it came on standard output: show [PORT], until a key is hit. samples/cpp/show.cpp takes it
 * apart, as the example of Pike's manual does; for the parts of a message in C see archive.c. */
#include <mailmodule.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#endif

static int on_rcpt(mm_session *session, const mm_session_rcpt *rcpt, void *user) {
    return (void)session, fprintf(user, "to %s\n", rcpt->address) > 0 ? MM_VERDICT_DONE : MM_VERDICT_ERROR;
}

static int on_message(mm_session *session, int64_t size, void *user) {
    char text[4096];
    size_t length = 1;
    for (int64_t at = 0; at < size && length > 0; at += (int64_t)length)
        if (mm_session_read_message(session, at, text, sizeof text, &length) != MM_OK ||
            fwrite(text, 1, length, user) != length)
            return MM_VERDICT_ERROR;
    return fflush(user) == 0 ? MM_VERDICT_DONE : MM_VERDICT_ERROR;
}

int main(int argc, char **argv) {
    mm_smtp_server_options options = {sizeof options, "127.0.0.1", argc > 1 ? atoi(argv[1]) : 2500, 0, 0, 0};
    mm_smtp_server_handlers handlers = MM_SMTP_SERVER_HANDLERS_INIT;
    mm_engine *engine;
    mm_smtp_server *server;
#ifdef _WIN32
    _setmode(_fileno(stdout), _O_BINARY); /* a message's lines end by CR LF as they are */
#endif
    handlers.rcpt = on_rcpt, handlers.message = on_message;
    if (mm_engine_new(&engine) != MM_OK || mm_smtp_server_start(engine, &options, &handlers, stdout, &server) != MM_OK)
        return fprintf(stderr, "show: %s\n", mm_last_error_message()), 1;
    return getchar(), mm_engine_free(engine) != MM_OK;
}
