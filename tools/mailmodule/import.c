/* mailmodule import: takes over mailboxes and queue of the old module. */
#include "command.h"
#include "system.h"

static const char help[] =
    "usage: mailmodule import [OPTION...] [USER]\n"
    "\n"
    "Takes over mail of the old module, each file once: home/mbox with its folders into the Maildirs of all users\n"
    "of the settings, or of one, and with --queue the folder of queued mail into the queue. The old files stay where\n"
    "they are; beside them a file mailmodule.imported notes what was taken over. No engine may run over the same\n"
    "mail_root, and the old module must not run either. What is in the queue begins to be delivered, here or by the\n"
    "engine that is started next. One line for each file tells what became of it; at the end stands how much it was.\n"
    "\n"
    "options:\n"
    "  --dry-run           nothing is taken over: only what would be done is told\n"
    "  --queue DIR         the old module's folder of queued mail (its smtp_out)\n"
    "  --unstuffed         dots at the beginning of lines are left as they are\n"
    "  --json              an object with files and counts\n"
    "  -q, --quiet         only files that were not taken over are told\n"
    "  -c, --config FILE   the settings; else mailmodule.cfg in the working directory, if that is there\n"
    "  --mail-root DIR     another mail_root\n"
    "\n"
    "exit codes:\n"
    "  0   all of it is taken over, or was before\n"
    "  1   some files were not taken over\n"
    "  64  the command line is wrong\n"
    "  65  no such user, or no such folder\n"
    "  66  the configuration cannot be read\n"
    "  74  the disk fails\n"
    "  75  a mailbox is in use, an engine runs, or the disk is full: once more later\n"
    "  77  the system does not let us\n"
    "  78  the configuration is wrong\n"
    "\n"
    "examples:\n"
    "  mailmodule import --dry-run --config /etc/mailmodule.cfg --queue /var/spool/old/smtp_out\n"
    "  mailmodule import --mail-root /var/lib/mailmodule ann\n";

struct import_words {
    int is_dry, is_unstuffed, is_json, is_quiet;
    const char *queue;
    int told;
};

static void print_json(const mm_import_file *file, const char *state, int is_first) {
    fputs(is_first ? "\n  {" : ",\n  {", stdout);
    json_member("path", file->path, 1);
    json_member("user", file->name, 0);
    json_member("folder", file->folder, 0);
    json_member("state", state, 0);
    json_number("octets", file->octets, 0);
    json_number("error", file->error, 0);
    json_member("text", file->text, 0);
    putchar('}');
}

static int MM_CALL on_file(const mm_import_file *file, void *user) {
    struct import_words *words = user;
    const char *state = file->error ? "failed" : file->known ? "known" : words->is_dry ? "would" : "taken";
    if (words->is_quiet && !file->error)
        return MM_OK;
    if (words->is_json)
        print_json(file, state, words->told++ == 0);
    else {
        printf("%-6s ", state);
        print_line(file->path);
        if (*file->text) {
            fputs(": ", stdout);
            print_line(file->text);
        }
        putchar('\n');
    }
    return ferror(stdout) ? MM_E_IO : MM_OK;
}

static void print_counts(const mm_import_result *result, const struct import_words *words) {
    const struct {
        const char *name;
        int64_t number;
    } rows[] = {{"messages", result->messages},
                {"queued", result->queued},
                {"known", result->known},
                {"failed", result->failed},
                {"octets", result->octets}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (words->is_json)
            json_number(rows[i].name, rows[i].number, 0);
        else if (!words->is_quiet)
            printf("%s%lld %s", i ? ", " : "", (long long)rows[i].number, rows[i].name);
    }
    if (words->is_json)
        puts("}");
    else if (!words->is_quiet)
        putchar('\n');
}

static int import(mm_engine *engine, const char *user, struct import_words *words) {
    mm_import_options options = MM_IMPORT_OPTIONS_INIT;
    mm_import_result result = MM_IMPORT_RESULT_INIT;
    options.name = user;
    options.queue = words->queue;
    options.flags = (words->is_dry ? MM_IMPORT_DRY_RUN : 0) | (words->is_unstuffed ? MM_IMPORT_UNSTUFFED : 0);
    if (words->is_json)
        fputs("{\"files\": [", stdout);
    int error = mm_import_legacy(engine, &options, on_file, words, &result), code = EXIT_OK;
    if (error == MM_E_NOT_FOUND)
        code = fail(EXIT_DATA, "%s", mm_last_error_message());
    else if (error != MM_OK)
        code = fail_by_library("not all is taken over");
    if (words->is_json)
        fputs("]", stdout);
    print_counts(&result, words);
    if (code == EXIT_OK && result.failed > 0)
        code = EXIT_FOUND;
    return finish_output(code);
}

static int run(int count, char **words) {
    struct import_words given = {0, 0, 0, 0, NULL, 0};
    struct place place = {NULL, NULL, NULL};
    struct text_list rest = {NULL, 0};
    const struct option options[] = {
        {"dry-run", 0, &given.is_dry, NULL, NULL},      {"unstuffed", 0, &given.is_unstuffed, NULL, NULL},
        {"json", 0, &given.is_json, NULL, NULL},        {"quiet", 'q', &given.is_quiet, NULL, NULL},
        {"queue", 0, NULL, &given.queue, NULL},         {"config", 'c', NULL, &place.config, NULL},
        {"mail-root", 0, NULL, &place.mail_root, NULL}, {NULL, 0, NULL, NULL, NULL}};
    mm_engine *engine;
    if (read_options(count, words, options, &rest) != 0)
        return EXIT_USAGE;
    if (rest.count > 1)
        return fail(EXIT_USAGE, "one user, or none for all of them");
    int code = open_engine(&place, &engine);
    if (code)
        return code;
    char root[1024] = "";
    mm_engine_get(engine, "mail_root", root, sizeof root, NULL);
    code = become_owner_of_spool(engine, root);
    if (!code)
        code = import(engine, rest.count ? rest.items[0] : NULL, &given);
    if (mm_engine_stop(engine, 5000) != MM_OK && !code)
        code = fail_by_library("the queue");
    mm_engine_free(engine);
    become_ourselves();
    return code;
}

const struct command import_command = {"import", help, run};
