/* mailmodule send: one message, with a result for each recipient. */
#include "command.h"
#include "system.h"

static const char help[] =
    "usage: mailmodule send [OPTION...] RECIPIENT...\n"
    "       mailmodule send [OPTION...] -t [RECIPIENT...]\n"
    "       mailmodule send [OPTION...] --subject TEXT [--text TEXT] RECIPIENT...\n"
    "\n"
    "Sends a message: a ready one (RFC 5322) from a file or standard input, or one that is made of a subject and a "
    "text.\n"
    "Without --mx and --server it goes into the queue: into that of the engine that runs, by its control socket, or, "
    "where\n"
    "none runs, into the spool, from which the next engine takes it. Then the command is done when the message is on "
    "disk;\n"
    "with --mx and --server when every recipient has a result. One line is printed for each.\n"
    "\n"
    "the message:\n"
    "  -m, --message FILE       a ready message; else standard input\n"
    "  -s, --subject TEXT       makes a message of this and a text\n"
    "  --text TEXT              the text; else standard input\n"
    "  -f, --from ADDRESS       the envelope's sender, \"\" for none; else the address in the field From\n"
    "  --to ADDRESS             a recipient, as the words are\n"
    "  -t, --read-recipients    those in To, Cc and Bcc as well; Bcc is taken out of the message\n"
    "\n"
    "the way:\n"
    "  --mx                     to the recipients' own servers, or the setting smtpproxy in their place, now\n"
    "  --server HOST[:PORT]     through this server, now; an IPv6 address in brackets. Else port 25, or 465 with\n"
    "                           --tls implicit\n"
    "  --tls MODE               none, opportunistic, required, or implicit (from the first octet)\n"
    "  --tls-check WHEN         always or never: whether the server's certificate must be right\n"
    "  --user NAME              login at the server, with the password of --password-file\n"
    "  --password-file FILE     its first line is the password; else the environment's MAILMODULE_PASSWORD\n"
    "  --helo NAME              our name\n"
    "  --timeout SECONDS        how long a server may be silent\n"
    "  -c, --config FILE        the settings; else mailmodule.cfg in the working directory, if that is there\n"
    "  --mail-root DIR          in place of the setting mail_root\n"
    "  --control PATH           the control socket of the engine whose queue is meant\n"
    "  --json                   an object with the recipients' results and the exit code\n"
    "\n"
    "exit codes:\n"
    "  0   all recipients were taken\n"
    "  64  the command line is wrong\n"
    "  65  an address, a message or a password that is none\n"
    "  66  a file cannot be read\n"
    "  67  a recipient is nobody at his server\n"
    "  68  a recipient's domain has no mail host\n"
    "  69  a recipient, or the message, was refused for good\n"
    "  74  the disk\n"
    "  75  a failure that another try may mend, and none for good\n"
    "  76  a server breaks the protocol\n"
    "  77  the system does not let us\n"
    "  78  the configuration is wrong\n"
    "\n"
    "examples:\n"
    "  mailmodule send -f ann@example.org bert@example.net < message.eml\n"
    "  echo done | mailmodule send -f ann@example.org -s 'The backup' bert@example.net\n"
    "  mailmodule send --server mail.example.org:587 --tls required --user ann --password-file pw -t -m letter.eml\n";

struct sending {
    int is_json, reads_recipients, by_mx;
    const char *file, *subject, *text, *from, *server, *tls, *tls_check, *user, *password_file, *helo, *timeout;
    struct text_list to;
    struct place place;
    struct message message;
    mm_send_options options;
    char host[300], password[1024];
    int printed, worst;        /* results; the exit code */
    int is_locked, more_tries; /* another process has the spool; how often to try again */
};

/* Another send has the spool for a moment; an engine whose setting control is off, for long. */
enum { TRIES = 50, PAUSE_MILLISECONDS = 100 };

/* ---- results ---- */

static int code_of_result(const mm_send_result *result) {
    if (result->state != MM_SEND_STATE_FAILED)
        return EXIT_OK;
    int is_nobody = strncmp(result->status, "5.1.1", 5) == 0 || strncmp(result->status, "5.1.6", 5) == 0;
    return result->error == MM_E_REFUSED_PERMANENT && is_nobody ? EXIT_NO_USER : exit_code_of(result->error);
}

/* What failed for good comes before what may be mended. */
static void count_result(struct sending *sending, int code) {
    if (code && (!sending->worst || sending->worst == EXIT_TEMPORARY))
        sending->worst = code;
}

static const char *word_of(const mm_send_result *result, int code) {
    if (result->state == MM_SEND_STATE_QUEUED)
        return "queued";
    if (result->state == MM_SEND_STATE_DONE)
        return "sent";
    return code == EXIT_TEMPORARY ? "failed for now" : "failed";
}

static void print_json(const mm_send_result *result, const char *word, int is_first) {
    fputs(is_first ? "\n  {" : ",\n  {", stdout);
    json_member("address", result->address, 1);
    json_member("state", word, 0);
    json_member("id", *result->queue_id ? result->queue_id : NULL, 0);
    json_number("reply_code", result->reply_code, 0);
    json_number("error", result->error, 0);
    json_member("status", result->status, 0);
    json_member("reply", result->reply, 0);
    json_member("host", result->host, 0);
    json_member("tls", result->tls, 0);
    putchar('}');
}

static void MM_CALL on_result(int recipient, const mm_send_result *result, void *user) {
    struct sending *sending = user;
    int code = code_of_result(result);
    const char *word = word_of(result, code);
    (void)recipient;
    count_result(sending, code);
    if (sending->is_json) {
        print_json(result, word, sending->printed++ == 0);
        return;
    }
    printf("%s: %s", result->address, word);
    if (*result->queue_id)
        printf(" as %s", result->queue_id);
    if (*result->host)
        printf(", %s", result->host);
    if (*result->reply) {
        fputs(": ", stdout);
        if (result->reply_code)
            printf("%d %s%s", result->reply_code, result->status, *result->status ? " " : "");
        print_line(result->reply);
    }
    putchar('\n');
}

/* ---- what to send ---- */

static int make_message(struct sending *sending) {
    struct message *text = &sending->message, made = {NULL, 0, 0, 0};
    int code = sending->text ? (append_text(text, sending->text), 0) : read_message(sending->file, text);
    if (code || !sending->subject)
        return code;
    code = compose_message(sending->from ? sending->from : "", &sending->to, sending->subject, text, &made);
    free(text->octets);
    *text = made;
    return code;
}

static int find_sender(struct sending *sending) {
    struct text_list found = {NULL, 0};
    if (sending->from)
        return 0;
    if (!sending->subject)
        addresses_of_field(&sending->message, "From", &found);
    if (found.count == 0)
        return fail(EXIT_USAGE, "no sender: --from, or a message with a field From");
    sending->from = found.items[0];
    return 0;
}

static int find_content(struct sending *sending) {
    if (sending->text && !sending->subject)
        return fail(EXIT_USAGE, "--text needs --subject");
    if (sending->subject && (sending->file || sending->reads_recipients))
        return fail(EXIT_USAGE, "--subject makes a message: --message and -t are for a ready one");
    if (sending->subject && !sending->from)
        return fail(EXIT_USAGE, "--subject needs --from");
    int code = make_message(sending);
    if (code)
        return code;
    if (sending->reads_recipients) {
        addresses_of_field(&sending->message, "To", &sending->to);
        addresses_of_field(&sending->message, "Cc", &sending->to);
        addresses_of_field(&sending->message, "Bcc", &sending->to);
        remove_field(&sending->message, "Bcc");
    }
    if (sending->to.count == 0)
        return fail(EXIT_USAGE, "no recipient");
    return find_sender(sending);
}

/* ---- how ---- */

static int choose(const char *option, const char *word, const char *const *names, int count, int *chosen) {
    for (int i = 0; word && i < count; i++)
        if (strcmp(word, names[i]) == 0)
            return *chosen = i + 1, 0;
    return word ? fail(EXIT_USAGE, "--%s: not %s; see mailmodule send --help", option, word) : 0;
}

/* host, host:port, [address], [address]:port, or a bare IPv6 address. */
static int read_server(struct sending *sending) {
    const char *text = sending->server, *colon = strrchr(text, ':'), *bracket = strrchr(text, ']');
    int has_port = colon && (bracket ? colon > bracket : strchr(text, ':') == colon);
    long port = 0;
    size_t length = has_port ? (size_t)(colon - text) : strlen(text);
    if (has_port && !read_number("server", colon + 1, 1, 65535, &port))
        return EXIT_USAGE;
    if (length == 0 || length >= sizeof sending->host)
        return fail(EXIT_USAGE, "--server: no host");
    memcpy(sending->host, text, length);
    sending->host[length] = 0;
    sending->options.host = sending->host;
    sending->options.port = (int)port;
    return 0;
}

static int read_password(struct sending *sending) {
    const char *given = environment("MAILMODULE_PASSWORD");
    if (sending->password_file) {
        FILE *file = open_file(sending->password_file, "r");
        if (!file)
            return fail(EXIT_NO_INPUT, "%s cannot be opened", sending->password_file);
        int is_read = read_first_line(file, sending->password, sizeof sending->password);
        fclose(file);
        if (is_read < 1 || !*sending->password)
            return fail(EXIT_DATA, "%s: its first line is %s", sending->password_file,
                        is_read < 0 ? "too long for a password, or has a NUL in it" : "empty");
        given = sending->password;
    }
    if (!given)
        return fail(EXIT_USAGE, "--user needs --password-file, or MAILMODULE_PASSWORD in the environment");
    sending->options.user_name = sending->user;
    sending->options.password = given;
    return 0;
}

static int read_way(struct sending *sending) {
    static const char *const modes[] = {"none", "opportunistic", "required", "implicit"}; /* from MM_TLS_NONE on */
    static const char *const checks[] = {"never", "always"}; /* from MM_TLS_CHECK_NEVER on */
    int is_direct = sending->by_mx || sending->server;
    long seconds = 0;
    if (sending->by_mx && sending->server)
        return fail(EXIT_USAGE, "--mx and --server are two ways");
    if (!is_direct && (sending->tls || sending->tls_check || sending->helo || sending->timeout))
        return fail(EXIT_USAGE, "--tls, --tls-check, --helo and --timeout are for --mx and --server");
    if (!sending->server && (sending->user || sending->password_file))
        return fail(EXIT_USAGE, "--user and --password-file are for --server");
    int code = choose("tls", sending->tls, modes, 4, &sending->options.tls);
    if (!code)
        code = choose("tls-check", sending->tls_check, checks, 2, &sending->options.tls_check);
    if (!code && sending->timeout && !read_number("timeout", sending->timeout, 1, 86400, &seconds))
        code = EXIT_USAGE;
    if (!code && sending->server)
        code = read_server(sending);
    if (!code && sending->user)
        code = read_password(sending);
    sending->options.timeout_ms = (int)seconds * 1000;
    sending->options.hello_name = sending->helo;
    sending->options.route = sending->server ? MM_SEND_ROUTE_SERVER
                             : is_direct     ? MM_SEND_ROUTE_DIRECT
                                             : MM_SEND_ROUTE_QUEUE;
    return code;
}

/* ---- the ways ---- */

static int begin(struct sending *sending, mm_engine *engine, mm_send **send) {
    if (mm_send_new(engine, &sending->options, sending->from, send) != MM_OK)
        return exit_code_of(mm_last_error());
    for (int i = 0; i < sending->to.count; i++)
        if (mm_send_add_recipient(*send, sending->to.items[i], MM_SEND_NOTIFY_DEFAULT, NULL) != MM_OK)
            return EXIT_DATA;
    if (mm_send_write(*send, sending->message.octets, sending->message.size) != MM_OK ||
        mm_send_start(*send) != MM_OK || mm_send_wait(*send, -1) != MM_OK)
        return exit_code_of(mm_last_error());
    return 0;
}

static int by_engine(struct sending *sending, mm_engine *engine) {
    mm_send *send = NULL;
    int code = begin(sending, engine, &send);
    sending->is_locked = code && mm_last_error() == MM_E_LOCKED;
    if (code && !(sending->is_locked && sending->more_tries))
        fail(code, "%s", mm_last_error_message());
    for (int i = 0; !code && i < sending->to.count; i++) {
        mm_send_result result = MM_SEND_RESULT_INIT;
        if (mm_send_get_result(send, i, &result) == MM_OK)
            on_result(i, &result, sending);
    }
    mm_send_free(send);
    return code;
}

/* Without settings nothing is kept, so what is temporary gets a folder of its own. The mail_root is for the queue. */
static int by_own_engine(struct sending *sending, const char *mail_root) {
    char folder[400] = "", scratch[420];
    mm_engine *engine;
    int code = open_engine(&sending->place, &engine);
    if (code)
        return code;
    char root[1024] = "";
    mm_engine_get(engine, "mail_root", root, sizeof root, NULL);
    int is_kept = sending->options.route == MM_SEND_ROUTE_QUEUE || strcmp(root, "mailmodule") != 0;
    if (!is_kept && make_folder(folder, sizeof folder) == 0)
        mm_engine_set(engine, "mail_root", folder);
    code = mail_root ? become_owner_of_spool(engine, mail_root) : 0;
    if (!code)
        code = by_engine(sending, engine);
    if (mm_engine_free(engine) != MM_OK && !code)
        code = fail_by_library("the spool");
    become_ourselves();
    if (*folder) {
        snprintf(scratch, sizeof scratch, "%s/scratch", folder);
        remove_folder(scratch);
        remove_folder(folder);
    }
    return code;
}

static int by_control(struct sending *sending, mm_control *control) {
    struct message list = {NULL, 0, 0, 0};
    int code = 0;
    for (int i = 0; i < sending->to.count; i++) {
        append_text(&list, i ? "," : "");
        append_text(&list, sending->to.items[i]);
    }
    append(&list, "", 1); /* NUL */
    if (mm_control_send(control, sending->from, list.octets, read_piece, &sending->message, on_result, sending) !=
        MM_OK)
        code = fail(exit_code_of(mm_last_error()), "%s", mm_last_error_message());
    free(list.octets);
    mm_control_close(control);
    return code;
}

/* Whoever has the spool gets the message: an engine that runs, or we. */
static int by_whoever_has_it(struct sending *sending, const char *path) {
    mm_control *control;
    int error = mm_control_open(path, &control);
    if (error == MM_OK)
        return by_control(sending, control);
    int is_nobody = error == MM_E_NOT_FOUND || error == MM_E_CONNECT || error == MM_E_NOT_SUPPORTED;
    if (!is_nobody || sending->place.control)
        return fail(error == MM_E_IO ? EXIT_NO_RIGHT : EXIT_TEMPORARY, "%s", mm_last_error_message());
    return by_own_engine(sending, path);
}

static int by_queue(struct sending *sending) {
    char path[2048];
    if (!is_place_known(&sending->place))
        return fail(EXIT_CONFIG, "whose queue? There is no mailmodule.cfg here: name --config or --mail-root, or a way "
                                 "without a queue, --mx or --server");
    int code = find_control(&sending->place, path, sizeof path);
    if (code)
        return code;
    for (sending->more_tries = TRIES;; sending->more_tries--) {
        sending->is_locked = 0;
        code = by_whoever_has_it(sending, path);
        if (!sending->is_locked || !sending->more_tries)
            return code;
        pause_milliseconds(PAUSE_MILLISECONDS);
    }
}

static int send_all(struct sending *sending) {
    if (sending->is_json)
        fputs("{\"recipients\": [", stdout);
    int code = sending->options.route == MM_SEND_ROUTE_QUEUE ? by_queue(sending) : by_own_engine(sending, NULL);
    code = code ? code : sending->worst;
    if (sending->is_json)
        printf("%s], \"exit_code\": %d}\n", sending->printed ? "\n" : "", code);
    return finish_output(code);
}

static int run(int count, char **words) {
    static struct sending sending = {.options = MM_SEND_OPTIONS_INIT};
    const struct option options[] = {{"json", 0, &sending.is_json, NULL, NULL},
                                     {"message", 'm', NULL, &sending.file, NULL},
                                     {"subject", 's', NULL, &sending.subject, NULL},
                                     {"text", 0, NULL, &sending.text, NULL},
                                     {"from", 'f', NULL, &sending.from, NULL},
                                     {"to", 0, NULL, NULL, &sending.to},
                                     {"read-recipients", 't', &sending.reads_recipients, NULL, NULL},
                                     {"mx", 0, &sending.by_mx, NULL, NULL},
                                     {"server", 0, NULL, &sending.server, NULL},
                                     {"tls", 0, NULL, &sending.tls, NULL},
                                     {"tls-check", 0, NULL, &sending.tls_check, NULL},
                                     {"user", 0, NULL, &sending.user, NULL},
                                     {"password-file", 0, NULL, &sending.password_file, NULL},
                                     {"helo", 0, NULL, &sending.helo, NULL},
                                     {"timeout", 0, NULL, &sending.timeout, NULL},
                                     PLACE_OPTIONS(sending.place),
                                     {NULL, 0, NULL, NULL, NULL}};
    if (read_options(count, words, options, &sending.to) != 0)
        return EXIT_USAGE;
    int code = read_way(&sending);
    if (!code)
        code = find_content(&sending);
    return code ? code : send_all(&sending);
}

const struct command send_command = {"send", help, run};
