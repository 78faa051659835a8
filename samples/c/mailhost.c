/* A small mail server: mailhost CONFIG. Serves SMTP and POP3 as the file says and prints what happens, until SIGTERM or
 * SIGINT; on Windows until Ctrl+C or the end of its input. */
#include "system.h"
#include <mailmodule.h>
#include <stdarg.h>

/* Asked before the module acts; prints, and lets the module carry on. */
static int on_request(ServerStream *stream, char *reqname, int action, ...) {
    va_list arguments;
    (void)stream;
    va_start(arguments, action);
    switch (action) {
    case ACTION_SMTP_CONNECT:
        printf("connection from %s\n", reqname);
        break;
    case ACTION_SMTP_SENDMSG: {
        const char *sender = va_arg(arguments, const char *);
        const char *recipients = va_arg(arguments, const char *);
        printf("message from <%s> for %s (%s)\n", sender, recipients, va_arg(arguments, const char *));
        break;
    }
    case ACTION_POP_LOGIN:
        printf("login of %s\n", reqname);
        break;
    case ACTION_POP_GETMSG:
    case ACTION_POP_DELMSG: {
        const char *verb = action == ACTION_POP_GETMSG ? "reads" : "deletes";
        int number = va_arg(arguments, int);
        printf("%s %s message %d, %s\n", va_arg(arguments, const char *), verb, number, reqname);
        break;
    }
    }
    va_end(arguments);
    return 0;
}

static void on_log(int level, const char *area, const char *text, void *user) {
    (void)user;
    fprintf(stderr, "%s: %s: %s\n", level == MM_LOG_ERROR ? "error" : "warning", area, text);
}

static int fail(const char *what) {
    fprintf(stderr, "mailhost: %s: %s\n", what, mm_last_error_message());
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: mailhost CONFIG\n");
        return 2;
    }
    show_lines_at_once();
    end_prepare();

    mm_engine_set_log(mm_engine_default(), MM_LOG_WARNING, on_log, NULL);
    if (LoadConfig(argv[1]) < 0)
        return fail(argv[1]);
    if (SetSMTPServer(on_request, 0, ALL_ACTIONS) < 0)
        return fail("SMTP");
    if (SetPOP3Server(on_request, 0, ALL_ACTIONS) < 0)
        return fail("POP3");
    printf("mailhost %s serves SMTP on port %d and POP3 on port %d\n", mm_version(), GetConfigParamInt("smtp_port"),
           GetConfigParamInt("pop_port"));

    end_wait();
    if (mm_engine_stop(mm_engine_default(), 10000) != MM_OK)
        return fail("stop");
    printf("stopped\n");
    return 0;
}
