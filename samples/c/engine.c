/*
 * An engine of one's own, beside the one that the old functions work on: engine FOLDER DOMAIN USER;PASSWORD;;PS. Its
 * mail is in FOLDER, its servers listen on loopback, on ports that the system chooses. Enter, or the end of the input,
 * ends it.
 */
#include <mailmodule.h>
#include <stdio.h>

static void on_line(int level, const char *area, const char *text, void *user) {
    fprintf(user, "%d %s: %s\n", level, area, text);
}

static int set_up(mm_engine *engine, char **argv) {
    int result = mm_engine_set_log(engine, MM_LOG_INFO, on_line, stderr);
    if (result == MM_OK)
        result = mm_engine_set(engine, "mail_root", argv[1]);
    if (result == MM_OK)
        result = mm_engine_set(engine, "smtp_name", argv[2]);
    return result == MM_OK ? mm_engine_set(engine, "user", argv[3]) : result;
}

static int serve(mm_engine *engine) {
    mm_smtp_server_options smtp_options = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_pop3_server_options pop3_options = MM_POP3_SERVER_OPTIONS_INIT;
    mm_smtp_server *smtp;
    mm_pop3_server *pop3;
    int smtp_port, pop3_port, result;

    smtp_options.addresses = pop3_options.addresses = "127.0.0.1";
    smtp_options.port = pop3_options.port = MM_PORT_ANY;
    if ((result = mm_smtp_server_start(engine, &smtp_options, NULL, NULL, &smtp)) != MM_OK)
        return result;
    if ((result = mm_pop3_server_start(engine, &pop3_options, NULL, NULL, &pop3)) != MM_OK) {
        mm_smtp_server_stop(smtp, 0);
        return result;
    }
    mm_smtp_server_get_port(smtp, &smtp_port);
    mm_pop3_server_get_port(pop3, &pop3_port);
    printf("serves SMTP on %d, POP3 on %d\n", smtp_port, pop3_port);
    fflush(stdout);
    getchar();
    mm_smtp_server_stop(smtp, 5000);
    return mm_pop3_server_stop(pop3, 5000);
}

int main(int argc, char **argv) {
    mm_engine *engine = NULL;
    int result;

    if (argc != 4) {
        fprintf(stderr, "usage: engine FOLDER DOMAIN USER;PASSWORD;;PS\n");
        return 2;
    }
    if ((result = mm_engine_new(&engine)) == MM_OK && (result = set_up(engine, argv)) == MM_OK)
        result = serve(engine);
    if (result != MM_OK)
        fprintf(stderr, "engine: %s\n", mm_last_error_message());
    mm_engine_stop(engine, 5000);
    mm_engine_free(engine);
    return result == MM_OK ? 0 : 1;
}
