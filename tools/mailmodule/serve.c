/* mailmodule serve: a mail host in the foreground. */
#include "command.h"
#include "system.h"
#include <time.h>

static const char help[] =
    "usage: mailmodule serve [OPTION...] CONFIG\n"
    "\n"
    "Runs a mail host in the foreground, for containers and for trying out: the SMTP and POP3 servers and the queue, "
    "as the\n"
    "configuration says, with the setting control on, so that mailmodule queue and mailmodule send find it. The log "
    "goes to\n"
    "standard error. When all ports listen, one line goes to standard output: ready smtp=PORT pop3=PORT.\n"
    "\n"
    "SIGTERM and SIGINT end it in order: clients are told 421, in the middle of a message too, and what is being\n"
    "written, answered or delivered gets time. SIGHUP reads the configuration again: new users and changed values\n"
    "count, when docs/settings.md says so; what is gone from the file stays until the end, and of a file that is\n"
    "wrong nothing is taken. As the first process of a container it waits for orphans too.\n"
    "\n"
    "options:\n"
    "  --no-smtp            no SMTP server\n"
    "  --no-pop3            no POP3 server\n"
    "  --log-level LEVEL    error, warning, info (the default) or debug\n"
    "  --stop-time SECONDS  how long answers and deliveries get at the end; else 10\n"
    "\n"
    "exit codes:\n"
    "  0   it was asked to end, and has\n"
    "  64  the command line is wrong\n"
    "  66  the configuration, or a certificate that it names, cannot be read\n"
    "  69  a certificate cannot be used\n"
    "  74  the disk\n"
    "  75  another engine has the spool, or the end took too long\n"
    "  77  a port cannot be had\n"
    "  78  the configuration is wrong\n"
    "\n"
    "examples:\n"
    "  mailmodule serve mailmodule.cfg\n"
    "  mailmodule serve --no-pop3 --log-level debug /etc/mailmodule.cfg\n";

static const char *const levels[] = {"error", "warning", "info", "debug"}; /* from MM_LOG_ERROR on */
enum { LEVELS = sizeof levels / sizeof *levels };

static void MM_CALL on_log(int level, const char *area, const char *text, void *user) {
    char now[TIME_SIZE];
    (void)user;
    fprintf(stderr, "%s %-7s %s: %s\n", time_text((int64_t)time(NULL) * 1000, now), levels[level - MM_LOG_ERROR], area,
            text);
}

static int code_of_start(void) {
    switch (mm_last_error()) {
    case MM_E_NOT_FOUND:
        return EXIT_NO_INPUT;
    case MM_E_TLS:
        return EXIT_UNAVAILABLE;
    default:
        return exit_code_of(mm_last_error());
    }
}

/* 0, or an exit code. A system without such sockets has none, and all else. */
static int load(mm_engine *engine, const char *config) {
    int error = mm_engine_load(engine, config);
    if (error != MM_OK)
        return fail(error == MM_E_NOT_FOUND || error == MM_E_IO ? EXIT_NO_INPUT : EXIT_CONFIG, "%s",
                    mm_last_error_message());
    if (mm_engine_set(engine, "control", "1") != MM_OK && mm_last_error() != MM_E_NOT_SUPPORTED)
        return fail_by_library("control");
    return 0;
}

static int start(mm_engine *engine, int has_smtp, int has_pop3) {
    mm_smtp_server *smtp = NULL;
    mm_pop3_server *pop3 = NULL;
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    int smtp_port = 0, pop3_port = 0;
    if (has_smtp && mm_smtp_server_start(engine, NULL, NULL, NULL, &smtp) != MM_OK)
        return fail(code_of_start(), "the SMTP server: %s", mm_last_error_message());
    if (has_pop3 && mm_pop3_server_start(engine, NULL, NULL, NULL, &pop3) != MM_OK)
        return fail(code_of_start(), "the POP3 server: %s", mm_last_error_message());
    if (mm_queue_get_counts(engine, &counts) != MM_OK) /* which opens the spool where no server has */
        return fail(code_of_start(), "the queue: %s", mm_last_error_message());
    if (has_smtp)
        mm_smtp_server_get_port(smtp, &smtp_port);
    if (has_pop3)
        mm_pop3_server_get_port(pop3, &pop3_port);
    printf("ready smtp=%d pop3=%d\n", smtp_port, pop3_port);
    fflush(stdout);
    return 0;
}

static int stop(mm_engine *engine, int milliseconds, int code) {
    int error = mm_engine_stop(engine, milliseconds);
    if (error != MM_OK)
        fail(exit_code_of(error), "%s", mm_last_error_message());
    return code ? code : exit_code_of(error);
}

static int serve(mm_engine *engine, const char *config, int has_smtp, int has_pop3, int stop_milliseconds) {
    int code = load(engine, config);
    if (!code)
        code = start(engine, has_smtp, has_pop3);
    if (code)
        return stop(engine, 0, code);
    while (request_wait() == REQUEST_RELOAD)
        if (load(engine, config) == 0)
            warn("the configuration was read again");
    return stop(engine, stop_milliseconds, 0);
}

static int level_of(const char *name) {
    for (int i = 0; i < LEVELS; i++)
        if (strcmp(name, levels[i]) == 0)
            return MM_LOG_ERROR + i;
    fail(EXIT_USAGE, "--log-level: not error, warning, info or debug");
    return 0;
}

static int run(int count, char **words) {
    int no_smtp = 0, no_pop3 = 0;
    const char *level_name = "info", *stop_text = "10";
    long stop_seconds;
    struct text_list rest = {NULL, 0};
    const struct option options[] = {{"no-smtp", 0, &no_smtp, NULL, NULL},
                                     {"no-pop3", 0, &no_pop3, NULL, NULL},
                                     {"log-level", 0, NULL, &level_name, NULL},
                                     {"stop-time", 0, NULL, &stop_text, NULL},
                                     {NULL, 0, NULL, NULL, NULL}};
    mm_engine *engine;
    if (read_options(count, words, options, &rest) != 0)
        return EXIT_USAGE;
    if (rest.count != 1)
        return fail(EXIT_USAGE, "one configuration file is wanted");
    int level = level_of(level_name);
    if (!level || !read_number("stop-time", stop_text, 0, 86400, &stop_seconds))
        return EXIT_USAGE;
    requests_prepare();
    be_first_process();
    if (mm_engine_new(&engine) != MM_OK)
        return fail_by_library("no engine");
    mm_engine_set_log(engine, level, on_log, NULL);
    int code = serve(engine, rest.items[0], !no_smtp, !no_pop3, (int)stop_seconds * 1000);
    mm_engine_free(engine);
    return code;
}

const struct command serve_command = {"serve", help, run};
