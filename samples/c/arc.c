/*
 * Sends a message on with a seal (ARC): arc DOMAIN SELECTOR KEYFILE NAMESERVER MESSAGE reads it, checks it as it came,
 * and writes it on standard output with what was found and the seal in front. NAMESERVER "" is the system's. The name
 * in what was found is DOMAIN.
 */
#include <mailmodule.h>
#include <stdio.h>
#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#endif

static int failed(void) {
    return fprintf(stderr, "arc: %s\n", mm_last_error_message()), 1;
}

static int write_message(const char *seal, const char *field, const char *path) {
    FILE *file = fopen(path, "rb");
    int octet, last = 0;
    if (!file)
        return perror(path), 1;
    fputs(seal, stdout);
    fputs(field, stdout);
    for (; (octet = getc(file)) != EOF; last = octet) {
        if (octet == '\n' && last != '\r')
            putchar('\r');
        putchar(octet);
    }
    return fclose(file) != 0 || fflush(stdout) != 0;
}

int main(int argc, char **argv) {
    static char field[16384], seal[32768];
    mm_engine *engine = mm_engine_default();
    mm_sign_options options = MM_SIGN_OPTIONS_INIT;
    mm_auth_query query = MM_AUTH_QUERY_INIT;
    mm_auth *auth;
    if (argc != 6)
        return fprintf(stderr, "usage: arc DOMAIN SELECTOR KEYFILE NAMESERVER MESSAGE\n"), 2;
    options.domain = argv[1];
    options.selector = argv[2];
    options.key_path = argv[3];
    query.path = argv[5];
    if (*argv[4] && mm_engine_set(engine, "smtp_dns", argv[4]) != MM_OK)
        return failed();
    if (mm_dmarc_check(engine, &query, &auth) != MM_OK)
        return failed();
    int code = mm_auth_get_field(auth, argv[1], field, sizeof field, NULL);
    mm_auth_free(auth);
    if (code != MM_OK || mm_arc_seal(engine, &options, &query, field, seal, sizeof seal, NULL) != MM_OK)
        return failed();
#ifdef _WIN32
    _setmode(_fileno(stdout), _O_BINARY);
#endif
    return write_message(seal, field, argv[5]);
}
