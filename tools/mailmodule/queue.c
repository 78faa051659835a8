/* mailmodule queue: the queue of an engine that runs, by its control socket. */
#include "command.h"
#include "system.h"

static const char help[] =
    "usage: mailmodule queue list [OPTION...]\n"
    "       mailmodule queue counts [OPTION...]\n"
    "       mailmodule queue show [OPTION...] ID...\n"
    "       mailmodule queue retry|hold|release|remove [OPTION...] ID...|--all\n"
    "       mailmodule queue redirect [OPTION...] ID ADDRESS\n"
    "\n"
    "Shows and steers the queue of an engine that runs, by the socket control in its mail_root, which is there while "
    "the\n"
    "setting control is on (with mailmodule serve it always is). It has mode 0600: the engine's user and root may use "
    "it.\n"
    "\n"
    "actions:\n"
    "  list      one line for each message: id, when it came, octets, open recipients, sender; what is for mailboxes\n"
    "            there is among them while it waits\n"
    "  counts    how many messages and recipients there are, by state\n"
    "  show      a message with its recipients and what became of them; with --content, its text as well\n"
    "  retry     tries again now\n"
    "  hold      tries no more until it is released\n"
    "  release   ends a hold\n"
    "  remove    takes it out; nobody is told\n"
    "  redirect  sends what is still open to another address, and prints the new id\n"
    "\n"
    "options:\n"
    "  --json                an array of objects, one for each message; for counts one object\n"
    "  --all                 all messages, in place of ids\n"
    "  --recipient ADDRESS   with redirect: this recipient alone\n"
    "  --content             with show: the message as it stands in the queue\n"
    "  -c, --config FILE     whose mail_root is meant; else mailmodule.cfg in the working directory, if that is there\n"
    "  --mail-root DIR       the mail_root itself\n"
    "  --control PATH        the socket itself\n"
    "\n"
    "exit codes:\n"
    "  0   it is done\n"
    "  64  the command line is wrong\n"
    "  65  no message of that id, no such recipient in it, or no address\n"
    "  66  the configuration cannot be read\n"
    "  69  no engine runs there, or its setting control is off; hold, release, redirect: it waits for mailboxes alone\n"
    "  75  the engine does not answer or has too many clients, or the recipient is on a connection now\n"
    "  76  what answers there is no engine of this library\n"
    "  77  the system does not let us\n"
    "  78  the configuration is wrong\n"
    "\n"
    "examples:\n"
    "  mailmodule queue list\n"
    "  mailmodule queue show --json --mail-root /var/lib/mailmodule 0abcdefghijk\n"
    "  mailmodule queue retry --all\n";

struct request_words {
    int is_json, is_all, has_content;
    const char *recipient;
    struct place place;
    struct text_list words; /* behind the action */
};

static const char *state_name(int state) {
    static const char *const names[] = {"ready", "active", "deferred", "held", "failed", "done", "relayed"};
    return state >= MM_QUEUE_STATE_READY && state <= MM_QUEUE_STATE_RELAYED ? names[state - 1] : "unknown";
}

/* An id that is not there is the caller's data. */
static int fail_about(const char *id) {
    int code = mm_last_error() == MM_E_NOT_FOUND ? EXIT_DATA : exit_code_of(mm_last_error());
    return fail(code, "%s: %s", id ? id : "all messages", mm_last_error_message());
}

/* ---- counts ---- */

static int show_counts(mm_control *control, const struct request_words *request) {
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    if (mm_control_get_counts(control, &counts) != MM_OK)
        return fail_by_library("counts");
    const struct {
        const char *name;
        int64_t number;
    } rows[] = {{"messages", counts.messages}, {"recipients", counts.recipients}, {"ready", counts.ready},
                {"active", counts.active},     {"deferred", counts.deferred},     {"held", counts.held},
                {"failed", counts.failed}};
    enum { ROWS = sizeof rows / sizeof *rows };
    if (request->is_json)
        putchar('{');
    for (int i = 0; i < ROWS; i++) {
        if (request->is_json)
            json_number(rows[i].name, rows[i].number, i == 0);
        else
            printf("%-10s %lld\n", rows[i].name, (long long)rows[i].number);
    }
    if (request->is_json)
        puts("}");
    return finish_output(EXIT_OK);
}

/* ---- messages ---- */

static void print_recipient(const mm_queue_recipient *one, int is_json, int is_first) {
    char last[TIME_SIZE], next[TIME_SIZE];
    time_text(one->last_attempt, last);
    time_text(one->next_attempt, next);
    if (!is_json) {
        printf("  %s: %s, %d attempts", one->address, state_name(one->state), one->attempts);
        printf("%s%s%s%s\n", *last ? ", last " : "", last, *next ? ", next " : "", next);
        if (*one->reply) {
            printf("    %s%s", one->host, *one->host ? ": " : "");
            print_line(one->reply);
            putchar('\n');
        }
        return;
    }
    fputs(is_first ? "{" : ", {", stdout);
    json_member("address", one->address, 1);
    json_member("state", state_name(one->state), 0);
    json_number("attempts", one->attempts, 0);
    json_member("last_attempt", *last ? last : NULL, 0);
    json_member("next_attempt", *next ? next : NULL, 0);
    json_number("reply_code", one->reply_code, 0);
    json_number("error", one->error, 0);
    json_member("status", one->status, 0);
    json_member("reply", one->reply, 0);
    json_member("host", one->host, 0);
    putchar('}');
}

static int print_recipients(mm_queue_cursor *cursor, const mm_queue_message *message, int is_json) {
    int code = 0;
    if (is_json)
        fputs(", \"to\": [", stdout);
    for (int i = 0; !code && i < message->recipients; i++) {
        mm_queue_recipient one = MM_QUEUE_RECIPIENT_INIT;
        if (mm_queue_get_recipient(cursor, i, &one) != MM_OK)
            code = fail_by_library(message->id);
        else
            print_recipient(&one, is_json, i == 0);
    }
    if (is_json)
        putchar(']');
    return code;
}

static int print_content(mm_queue_cursor *cursor, const mm_queue_message *message, int is_json) {
    struct message content = {NULL, 0, 0, 0};
    char piece[16384];
    size_t length;
    do {
        if (mm_queue_read(cursor, piece, sizeof piece, &length) != MM_OK) {
            free(content.octets);
            return fail_by_library(message->id);
        }
        if (is_json)
            append(&content, piece, length);
        else
            fwrite(piece, 1, length, stdout);
    } while (length > 0);
    if (is_json) {
        fputs(", \"content\": ", stdout);
        json_octets(content.octets, content.size);
        free(content.octets);
    }
    return 0;
}

static void print_message(const mm_queue_message *message, int is_json) {
    char received[TIME_SIZE], expires[TIME_SIZE];
    time_text(message->received, received);
    time_text(message->expires, expires);
    if (!is_json) {
        printf("%s %s %lld %d %s\n", message->id, received, (long long)message->length, message->open,
               *message->sender ? message->sender : "<>");
        return;
    }
    json_member("id", message->id, 1);
    json_member("received", received, 0);
    json_member("expires", expires, 0);
    json_number("octets", message->length, 0);
    json_number("recipients", message->recipients, 0);
    json_number("open", message->open, 0);
    json_member("sender", message->sender, 0);
}

/* All messages of a walk; printed tells how many there were before, of this walk and those before it. */
static int walk(mm_control *control, const struct request_words *request, const char *id, int is_whole, int *printed) {
    mm_queue_cursor *cursor;
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    int code = 0;
    if (mm_control_open_queue(control, id, &cursor) != MM_OK)
        return fail_about(id);
    while (!code) {
        if (mm_queue_next(cursor, &message) != MM_OK)
            code = fail_by_library("the queue");
        if (code || !message.id)
            break;
        if (request->is_json)
            fputs((*printed)++ ? ",\n  {" : "\n  {", stdout);
        print_message(&message, request->is_json);
        if (is_whole)
            code = print_recipients(cursor, &message, request->is_json);
        if (!code && is_whole && request->has_content)
            code = print_content(cursor, &message, request->is_json);
        if (request->is_json)
            putchar('}');
    }
    mm_queue_close(cursor);
    return code;
}

static int show_messages(mm_control *control, const struct request_words *request, int is_whole) {
    int code = 0, printed = 0;
    if (request->is_json)
        putchar('[');
    if (!is_whole || request->is_all)
        code = walk(control, request, NULL, is_whole, &printed);
    else
        for (int i = 0; i < request->words.count; i++) {
            int result = walk(control, request, request->words.items[i], is_whole, &printed);
            code = result ? result : code;
        }
    if (request->is_json)
        puts(printed ? "\n]" : "]");
    return finish_output(code);
}

static int list(mm_control *control, const struct request_words *request) {
    return show_messages(control, request, 0);
}

static int show(mm_control *control, const struct request_words *request) {
    return show_messages(control, request, 1);
}

/* ---- changes ---- */

/* Each id on its own: one that is not there keeps nobody from the others. */
static int change(mm_control *control, const struct request_words *request,
                  int(MM_CALL *operation)(mm_control *, const char *), const char *done) {
    int code = 0, count = request->is_all ? 1 : request->words.count, printed = 0;
    if (request->is_json)
        putchar('[');
    for (int i = 0; i < count; i++) {
        const char *id = request->is_all ? NULL : request->words.items[i];
        if (operation(control, id) != MM_OK) {
            code = fail_about(id);
        } else if (request->is_json) {
            fputs(printed++ ? ",\n  {" : "\n  {", stdout);
            json_member("id", id, 1);
            json_member("action", done, 0);
            putchar('}');
        } else {
            printf("%s: %s\n", id ? id : "all messages", done);
        }
    }
    if (request->is_json)
        puts(printed ? "\n]" : "]");
    return finish_output(code);
}

static int retry(mm_control *control, const struct request_words *request) {
    return change(control, request, mm_control_retry, "retried");
}

static int hold(mm_control *control, const struct request_words *request) {
    return change(control, request, mm_control_hold, "held");
}

static int release(mm_control *control, const struct request_words *request) {
    return change(control, request, mm_control_release, "released");
}

static int take_out(mm_control *control, const struct request_words *request) {
    return change(control, request, mm_control_remove, "removed");
}

static int redirect(mm_control *control, const struct request_words *request) {
    char id[MM_QUEUE_ID_SIZE];
    const char *old = request->words.items[0], *target = request->words.items[1];
    if (mm_control_redirect(control, old, request->recipient, target, id, sizeof id) != MM_OK) {
        if (request->is_json)
            puts("[]");
        return fail_about(old);
    }
    if (request->is_json) {
        fputs("[\n  {", stdout);
        json_member("id", old, 1);
        json_member("action", "redirected", 0);
        json_member("new_id", id, 0);
        puts("}\n]");
    } else {
        puts(id);
    }
    return finish_output(EXIT_OK);
}

/* ---- the command ---- */

static const struct action {
    const char *name;
    int (*run)(mm_control *control, const struct request_words *request);
    int least, most; /* words behind it; --all stands for any */
} actions[] = {{"list", list, 0, 0},           {"counts", show_counts, 0, 0}, {"show", show, 1, 10000},
               {"retry", retry, 1, 10000},     {"hold", hold, 1, 10000},      {"release", release, 1, 10000},
               {"remove", take_out, 1, 10000}, {"redirect", redirect, 2, 2}};
enum { ACTIONS = sizeof actions / sizeof *actions };

static const struct action *find_action(const char *name) {
    const char *names[ACTIONS];
    for (int i = 0; i < ACTIONS; i++) {
        names[i] = actions[i].name;
        if (strcmp(name, names[i]) == 0)
            return &actions[i];
    }
    const char *nearest = nearest_word(name, names, ACTIONS);
    if (nearest)
        fail(EXIT_USAGE, "unknown action %s; did you mean %s?", name, nearest);
    else
        fail(EXIT_USAGE, "unknown action %s; mailmodule queue --help lists those there are", name);
    return NULL;
}

static int has_right_words(const struct action *action, const struct request_words *request) {
    int count = request->words.count;
    int takes_all = action->most > 2;
    if (request->is_all && (!takes_all || count > 0))
        return 0;
    return request->is_all || (count >= action->least && count <= action->most);
}

static int run(int count, char **words) {
    struct request_words request = {0, 0, 0, NULL, {NULL, NULL, NULL}, {NULL, 0}};
    struct text_list all = {NULL, 0};
    const struct option options[] = {{"json", 0, &request.is_json, NULL, NULL},
                                     {"all", 0, &request.is_all, NULL, NULL},
                                     {"content", 0, &request.has_content, NULL, NULL},
                                     {"recipient", 0, NULL, &request.recipient, NULL},
                                     PLACE_OPTIONS(request.place),
                                     {NULL, 0, NULL, NULL, NULL}};
    mm_control *control;
    if (read_options(count, words, options, &all) != 0)
        return EXIT_USAGE;
    if (all.count == 0)
        return fail(EXIT_USAGE, "an action is wanted; mailmodule queue --help lists those there are");
    const struct action *action = find_action(all.items[0]);
    if (!action)
        return EXIT_USAGE;
    request.words.items = all.items + 1;
    request.words.count = all.count - 1;
    if (!has_right_words(action, &request))
        return fail(EXIT_USAGE, "%s: wrong number of ids; see mailmodule queue --help", action->name);
    use_octets(stdout);
    int code = open_control(&request.place, &control);
    if (code)
        return code;
    code = action->run(control, &request);
    mm_control_close(control);
    return code;
}

const struct command queue_command = {"queue", help, run};
