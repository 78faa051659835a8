/* mailmodule dkim-key: a key for signatures, and the record by which others find its public half. */
#include "command.h"
#include "system.h"

static const char help[] =
    "usage: mailmodule dkim-key [OPTION...] DOMAIN SELECTOR\n"
    "\n"
    "Makes a key by which the mail of a domain is signed (DKIM), writes it into a new file that its owner alone can\n"
    "read, and prints the TXT record for the domain's zone and the line for the settings. A selector is any name that\n"
    "tells one key from the next: mail2026. A domain beyond ASCII is named by its xn--... labels.\n"
    "\n"
    "options:\n"
    "  -a, --algorithm NAME  rsa (the default), which every receiver takes; ed25519, which many do not know yet, so "
    "it\n"
    "                        goes beside a key for rsa, under a selector of its own\n"
    "  --bits N              of a key for rsa, 2048 (the default) to 4096\n"
    "  -o, --out FILE        where the key goes; else SELECTOR.DOMAIN.pem in the working directory. A file that is\n"
    "                        there is left as it is\n"
    "  --json                an object with name, text (the record's, whole), record, file and setting\n"
    "\n"
    "exit codes:\n"
    "  0   the key is made\n"
    "  64  the command line is wrong\n"
    "  65  the domain or the selector is none\n"
    "  69  there is no OpenSSL that makes such a key\n"
    "  74  the file cannot be written, or is there already\n"
    "\n"
    "examples:\n"
    "  mailmodule dkim-key example.org mail2026\n"
    "  mailmodule dkim-key -a ed25519 -o /etc/mailmodule/ed.pem example.org ed2026\n";

enum { ROOM = 4096, STRING = 255, NAME = 320 };

static const char *const algorithms[] = {"rsa", "ed25519"}; /* from MM_DKIM_RSA_SHA256 on */
enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms };

/* What is made. */
struct key {
    const char *domain, *selector, *file;
    char name[NAME], setting[ROOM];
    char pem[ROOM], text[ROOM], record[ROOM];
};

static int algorithm_of(const char *name) {
    for (int i = 0; i < ALGORITHMS; i++)
        if (strcmp(name, algorithms[i]) == 0)
            return MM_DKIM_RSA_SHA256 + i;
    const char *nearest = nearest_word(name, algorithms, ALGORITHMS);
    fail(EXIT_USAGE, nearest ? "--algorithm: unknown name %s; did you mean %s?" : "--algorithm: unknown name %s", name,
         nearest);
    return 0;
}

/* The library says whether the names are right: they come into its settings. */
static int check_names(struct key *key, const char *setting) {
    mm_engine *engine;
    for (const char *octet = setting; *octet; octet++)
        if ((unsigned char)*octet >= 0x80)
            return fail(EXIT_DATA, "%s: a domain beyond ASCII is named by its xn--... labels", setting);
    if (strchr(key->domain, ';') || strchr(key->selector, ';'))
        return fail(EXIT_DATA, "a name has a semicolon in it");
    if (mm_engine_new(&engine) != MM_OK)
        return fail_by_library("an engine for the check");
    char line[ROOM + 8];
    snprintf(line, sizeof line, "%s;x", setting);
    int code = mm_engine_set(engine, "dkim", line) == MM_OK ? 0 : fail(EXIT_DATA, "%s", mm_last_error_message());
    mm_engine_free(engine);
    return code;
}

static int name_all(struct key *key) {
    static char file[NAME + 8];
    char pair[NAME];
    int length = snprintf(pair, sizeof pair, "%s;%s", key->domain, key->selector);
    if (length < 0 || length >= (int)sizeof pair - 16)
        return fail(EXIT_DATA, "the domain and the selector are too long");
    int code = check_names(key, pair);
    snprintf(key->name, sizeof key->name, "%s._domainkey.%s", key->selector, key->domain);
    snprintf(file, sizeof file, "%s.%s.pem", key->selector, key->domain);
    key->file = key->file ? key->file : file;
    length = snprintf(key->setting, sizeof key->setting, "dkim=%s;%s", pair, key->file);
    return !code && length >= (int)sizeof key->setting ? fail(EXIT_DATA, "the name of the file is too long") : code;
}

/* RFC 1035, 3.3.14: a record is of strings of at most 255 octets. */
static void write_record(struct key *key) {
    size_t at = 0, length = strlen(key->text);
    int done = snprintf(key->record, ROOM, "%s. IN TXT (", key->name);
    for (; at < length; at += STRING)
        done += snprintf(key->record + done, ROOM - (size_t)done, " \"%.*s\"", STRING, key->text + at);
    snprintf(key->record + done, ROOM - (size_t)done, " )");
}

static int write_file(const struct key *key) {
    FILE *file = open_private(key->file);
    if (!file)
        return fail(EXIT_IO, "%s: %s", key->file, file_problem());
    int is_written = fputs(key->pem, file) >= 0;
    is_written = fclose(file) == 0 && is_written;
    if (is_written)
        return 0;
    remove_file(key->file);
    return fail(EXIT_IO, "%s: it cannot be written", key->file);
}

static int print(const struct key *key, int is_json) {
    if (is_json) {
        putchar('{');
        json_member("name", key->name, 1);
        json_member("text", key->text, 0);
        json_member("record", key->record, 0);
        json_member("file", key->file, 0);
        json_member("setting", key->setting, 0);
        puts("}");
    } else {
        printf("; for the zone of %s\n%s\n\n# for the settings\n%s\n", key->domain, key->record, key->setting);
    }
    return finish_output(EXIT_OK);
}

static int make(struct key *key, int algorithm, int bits, int is_json) {
    int code = name_all(key);
    if (code)
        return code;
    if (mm_dkim_key_make(algorithm, bits, key->pem, ROOM, NULL, key->text, ROOM, NULL) != MM_OK)
        return fail(mm_last_error() == MM_E_TLS ? EXIT_UNAVAILABLE : EXIT_USAGE, "%s", mm_last_error_message());
    write_record(key);
    code = write_file(key);
    memset(key->pem, 0, ROOM);
    return code ? code : print(key, is_json);
}

static int run(int count, char **words) {
    static struct key key;
    int is_json = 0;
    long bits = 0;
    const char *name = algorithms[0], *bits_text = NULL;
    struct text_list rest = {NULL, 0};
    const struct option options[] = {{"algorithm", 'a', NULL, &name, NULL},
                                     {"bits", 0, NULL, &bits_text, NULL},
                                     {"out", 'o', NULL, &key.file, NULL},
                                     {"json", 0, &is_json, NULL, NULL},
                                     {NULL, 0, NULL, NULL, NULL}};
    if (read_options(count, words, options, &rest) != 0)
        return EXIT_USAGE;
    if (rest.count != 2)
        return fail(EXIT_USAGE, "a domain and a selector are wanted");
    int algorithm = algorithm_of(name);
    if (!algorithm || (bits_text && !read_number("bits", bits_text, 2048, 4096, &bits)))
        return EXIT_USAGE;
    key.domain = rest.items[0];
    key.selector = rest.items[1];
    return make(&key, algorithm, (int)bits, is_json);
}

const struct command dkim_key_command = {"dkim-key", help, run};
