/*
 * Signs a message by DKIM, or verifies its signatures.
 *   dkim sign DOMAIN SELECTOR KEYFILE MESSAGE      writes the message with its signature on standard output
 *   dkim verify MESSAGE [NAMESERVER]               tells of each signature; ends with 0 if one of them is right
 */
#include <mailmodule.h>
#include <stdio.h>
#include <string.h>
#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#endif

static int failed(void) {
    return fprintf(stderr, "dkim: %s\n", mm_last_error_message()), 2;
}

/* The message behind its new fields, with lines that end with CR LF: so it was signed. */
static int write_message(const char *fields, const char *path) {
    FILE *file = fopen(path, "rb");
    int octet, last = 0;
    if (!file)
        return perror(path), 2;
    fputs(fields, stdout);
    for (; (octet = getc(file)) != EOF; last = octet) {
        if (octet == '\n' && last != '\r')
            putchar('\r');
        putchar(octet);
    }
    return fclose(file) != 0 || fflush(stdout) != 0 ? 2 : 0;
}

static int sign(char **argv) {
    static char fields[8192];
    mm_sign_options options = MM_SIGN_OPTIONS_INIT;
    mm_auth_query query = MM_AUTH_QUERY_INIT;
    options.domain = argv[2];
    options.selector = argv[3];
    options.key_path = argv[4];
    query.path = argv[5];
    if (mm_dkim_sign(mm_engine_default(), &options, &query, fields, sizeof fields, NULL) != MM_OK)
        return failed();
#ifdef _WIN32
    _setmode(_fileno(stdout), _O_BINARY);
#endif
    return write_message(fields, argv[5]);
}

static int verify(const char *path, const char *server) {
    mm_engine *engine = mm_engine_default();
    mm_auth_query query = MM_AUTH_QUERY_INIT;
    mm_auth_result found = MM_AUTH_RESULT_INIT;
    mm_auth *auth;
    int count, is_right = 0;
    query.path = path;
    if ((server && mm_engine_set(engine, "smtp_dns", server) != MM_OK) ||
        mm_dkim_verify(engine, &query, &auth) != MM_OK || mm_auth_get_count(auth, &count) != MM_OK)
        return failed();
    for (int i = 0; i < count && mm_auth_get_result(auth, i, &found) == MM_OK; i++) {
        if (found.result == MM_AUTH_PASS)
            printf("signed by %s, key %s: right\n", found.domain, found.selector);
        else if (found.result == MM_AUTH_NONE)
            printf("not signed\n");
        else
            printf("signed by %s, key %s: %s\n", found.domain, found.selector, found.reason);
        is_right |= found.result == MM_AUTH_PASS;
    }
    mm_auth_free(auth);
    return !is_right;
}

int main(int argc, char **argv) {
    if (argc == 6 && strcmp(argv[1], "sign") == 0)
        return sign(argv);
    if ((argc == 3 || argc == 4) && strcmp(argv[1], "verify") == 0)
        return verify(argv[2], argv[3]);
    return fprintf(stderr, "usage: dkim sign DOMAIN SELECTOR KEYFILE MESSAGE | dkim verify MESSAGE [NAMESERVER]\n"), 2;
}
