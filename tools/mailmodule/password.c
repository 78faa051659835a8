/* mailmodule password: the stored form of a password. */
#include "command.h"
#include "system.h"

static const char help[] =
    "usage: mailmodule password [OPTION...]\n"
    "\n"
    "Reads a password, from the terminal twice and without echo, or one line of standard input, and prints the form "
    "in\n"
    "which it goes into the setting user: user=name;FORM;home;flags. In quotes there, if it holds white space. The\n"
    "password is in no argument, where other users could see it.\n"
    "\n"
    "options:\n"
    "  -f, --form FORM    scram-sha-256 (the default): the password cannot be had from it;\n"
    "                     pbkdf2-sha256: nor from this;\n"
    "                     scram-sha-1: nor from this; for clients that know no SHA-256;\n"
    "                     plain: the password itself, for whoever reads the file\n"
    "  --iterations N     of the slow hash, 4096 to 10000000; else what takes about a tenth of a second\n"
    "  --json             an object with form and stored\n"
    "\n"
    "exit codes:\n"
    "  0   it is printed\n"
    "  64  the command line is wrong\n"
    "  65  no password, two that differ, or one that cannot be stored\n"
    "  75  there is no OpenSSL for the digest\n"
    "\n"
    "examples:\n"
    "  mailmodule password\n"
    "  pwgen 20 1 | mailmodule password --form pbkdf2-sha256\n";

enum { LONGEST = 1024 };

/* from MM_PASSWORD_SCRAM_SHA_256 on */
static const char *const forms[] = {"scram-sha-256", "pbkdf2-sha256", "plain", "scram-sha-1"};
enum { FORMS = sizeof forms / sizeof *forms };

static int read_line(char *line) {
    int is_read = read_first_line(stdin, line, LONGEST);
    if (is_read < 0)
        return fail(EXIT_DATA, "a password of more than %d octets, or with a NUL in it", LONGEST - 1);
    return is_read && *line ? 0 : fail(EXIT_DATA, "no password came");
}

static int read_hidden(const char *prompt, char *line) {
    fputs(prompt, stderr);
    fflush(stderr);
    int code = read_line(line);
    fputc('\n', stderr);
    return code;
}

static int read_password(char *password) {
    char again[LONGEST];
    if (!is_terminal())
        return read_line(password);
    set_echo(0);
    int code = read_hidden("password: ", password);
    if (!code)
        code = read_hidden("once more: ", again);
    set_echo(1);
    if (!code && strcmp(password, again) != 0)
        code = fail(EXIT_DATA, "the two differ");
    memset(again, 0, sizeof again);
    return code;
}

static int form_of(const char *name) {
    for (int i = 0; i < FORMS; i++)
        if (strcmp(name, forms[i]) == 0)
            return MM_PASSWORD_SCRAM_SHA_256 + i;
    const char *nearest = nearest_word(name, forms, FORMS);
    if (nearest)
        fail(EXIT_USAGE, "--form: unknown form %s; did you mean %s?", name, nearest);
    else
        fail(EXIT_USAGE, "--form: unknown form %s; mailmodule password --help lists those there are", name);
    return 0;
}

static int print(const char *password, int form, int iterations, int is_json) {
    char stored[LONGEST + 256];
    if (mm_password_make(password, form, iterations, stored, sizeof stored, NULL) != MM_OK) {
        int code = mm_last_error() == MM_E_TLS ? EXIT_TEMPORARY : EXIT_DATA;
        return fail(code, "%s", mm_last_error_message());
    }
    if (is_json) {
        putchar('{');
        json_member("form", forms[form - MM_PASSWORD_SCRAM_SHA_256], 1);
        json_member("stored", stored, 0);
        puts("}");
    } else {
        puts(stored);
    }
    return finish_output(EXIT_OK);
}

static int run(int count, char **words) {
    int is_json = 0;
    long iterations = 0;
    const char *form_name = forms[0], *iterations_text = NULL;
    char password[LONGEST];
    struct text_list rest = {NULL, 0};
    const struct option options[] = {{"form", 'f', NULL, &form_name, NULL},
                                     {"iterations", 0, NULL, &iterations_text, NULL},
                                     {"json", 0, &is_json, NULL, NULL},
                                     {NULL, 0, NULL, NULL, NULL}};
    if (read_options(count, words, options, &rest) != 0)
        return EXIT_USAGE;
    if (rest.count)
        return fail(EXIT_USAGE, "it takes no word: the password comes from the terminal or standard input");
    int form = form_of(form_name);
    if (!form || (iterations_text && !read_number("iterations", iterations_text, 4096, 10000000, &iterations)))
        return EXIT_USAGE;
    int code = read_password(password);
    if (!code)
        code = print(password, form, (int)iterations, is_json);
    memset(password, 0, sizeof password);
    return code;
}

const struct command password_command = {"password", help, run};
