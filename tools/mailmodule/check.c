/* mailmodule check: what is wrong or risky in a configuration file. */
#include "command.h"

static const char help[] =
    "usage: mailmodule check [OPTION...] FILE\n"
    "\n"
    "Reads a configuration file with all that it includes, to its end, and tells what is wrong or risky in it, one\n"
    "line for each finding: file, line, how much it matters, setting, and what to do. No password is shown.\n"
    "\n"
    "options:\n"
    "  --json       an array of objects with file, line, severity, key and text\n"
    "  --strict     warnings count as errors\n"
    "  -q, --quiet  nothing is printed; the exit code tells\n"
    "\n"
    "exit codes:\n"
    "  0   nothing is wrong, though there may be warnings\n"
    "  1   the file would not be taken, or its server would not start; with --strict, there is a warning\n"
    "  64  the command line is wrong\n"
    "  66  the file cannot be read\n"
    "\n"
    "examples:\n"
    "  mailmodule check mailmodule.cfg\n"
    "  mailmodule check --strict --json /etc/mailmodule.cfg\n";

static int is_json, is_quiet, findings, warnings;

static void MM_CALL on_finding(int severity, const char *file, int line, const char *key, const char *text,
                               void *user) {
    const char *word = severity == MM_CONFIG_ERROR ? "error" : "warning";
    (void)user;
    warnings += severity == MM_CONFIG_WARNING;
    if (is_json) {
        fputs(findings ? ",\n  {" : "\n  {", stdout);
        json_member("file", file, 1);
        json_number("line", line, 0);
        json_member("severity", word, 0);
        json_member("key", key, 0);
        json_member("text", text, 0);
        putchar('}');
    } else if (!is_quiet) {
        fputs(file, stdout);
        if (line)
            printf(":%d", line);
        printf(": %s: %s%s", word, key, *key ? ": " : "");
        print_line(text);
        putchar('\n');
    }
    findings++;
}

static int run(int count, char **words) {
    int is_strict = 0, errors = 0;
    struct text_list rest = {NULL, 0};
    const struct option options[] = {{"json", 0, &is_json, NULL, NULL},
                                     {"strict", 0, &is_strict, NULL, NULL},
                                     {"quiet", 'q', &is_quiet, NULL, NULL},
                                     {NULL, 0, NULL, NULL, NULL}};
    if (read_options(count, words, options, &rest) != 0)
        return EXIT_USAGE;
    if (rest.count != 1)
        return fail(EXIT_USAGE, "one file is wanted");
    is_json = is_json && !is_quiet;
    if (is_json)
        putchar('[');
    int error = mm_config_check(rest.items[0], on_finding, NULL, &errors);
    if (is_json)
        puts(findings ? "\n]" : "]");
    if (error != MM_OK)
        return fail(EXIT_NO_INPUT, "%s", mm_last_error_message());
    return finish_output(errors || (is_strict && warnings) ? EXIT_FOUND : EXIT_OK);
}

const struct command check_command = {"check", help, run};
