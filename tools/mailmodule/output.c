/* What a command prints: messages, JSON, times. */
#include "command.h"
#include <time.h>

const char *command_name = "";

static void say(const char *format, va_list values) {
    fflush(stdout);
    fprintf(stderr, "mailmodule%s%s: ", *command_name ? " " : "", command_name);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
}

int fail(int code, const char *format, ...) {
    va_list values;
    va_start(values, format);
    say(format, values);
    va_end(values);
    return code;
}

void warn(const char *format, ...) {
    va_list values;
    va_start(values, format);
    say(format, values);
    va_end(values);
}

int fail_by_library(const char *tried) {
    int code = exit_code_of(mm_last_error());
    return fail(code, "%s: %s", tried, mm_last_error_message());
}

int exit_code_of(int error) {
    switch (error) {
    case MM_OK:
        return EXIT_OK;
    case MM_E_ARGUMENT:
        return EXIT_DATA;
    case MM_E_HANDLE:
    case MM_E_INTERNAL:
        return EXIT_SOFTWARE;
    case MM_E_IO:
        return EXIT_IO;
    case MM_E_NOT_FOUND:
        return EXIT_NO_HOST;
    case MM_E_CONFIG:
        return EXIT_CONFIG;
    case MM_E_BIND:
        return EXIT_NO_RIGHT;
    case MM_E_PROTOCOL:
        return EXIT_PROTOCOL;
    case MM_E_REFUSED_PERMANENT:
    case MM_E_NOT_SUPPORTED:
    case MM_E_LIMIT:
    case MM_E_CERTIFICATE_NAME:
        return EXIT_UNAVAILABLE;
    default:
        return EXIT_TEMPORARY;
    }
}

/* Octets of the UTF-8 character at the beginning of so many; 0: there is none. The second octet is what tells the forms
 * that are too long, the surrogates and what is beyond Unicode (RFC 3629, 4). */
static size_t character_length(const unsigned char *text, size_t left) {
    unsigned char first = *text, least = 0x80, most = 0xbf;
    size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (length > left)
        return 0;
    if (first == 0xe0 || first == 0xf0)
        least = first == 0xe0 ? 0xa0 : 0x90;
    if (first == 0xed || first == 0xf4)
        most = first == 0xed ? 0x9f : 0x8f;
    for (size_t i = 1; i < length; i++, least = 0x80, most = 0xbf)
        if (text[i] < least || text[i] > most)
            return 0;
    return length;
}

void json_octets(const char *octets, size_t size) {
    const unsigned char *next = (const unsigned char *)octets;
    putchar('"');
    for (size_t left = size, length; left > 0; next += length, left -= length) {
        size_t found = character_length(next, left);
        length = found ? found : 1;
        if (*next == '"' || *next == '\\')
            printf("\\%c", *next);
        else if (*next < ' ' || *next == 0x7f)
            printf("\\u%04x", *next);
        else if (found)
            fwrite(next, 1, length, stdout);
        else
            fputs("\\ufffd", stdout);
    }
    putchar('"');
}

void json_text(const char *text) {
    if (text)
        json_octets(text, strlen(text));
    else
        fputs("null", stdout);
}

void json_member(const char *name, const char *text, int is_first) {
    printf("%s\"%s\": ", is_first ? "" : ", ", name);
    json_text(text);
}

void json_number(const char *name, int64_t number, int is_first) {
    printf("%s\"%s\": %lld", is_first ? "" : ", ", name, (long long)number);
}

void print_line(const char *text) {
    for (; *text; text++) {
        if (*text == '\n')
            fputs(" / ", stdout);
        else
            putchar((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
    }
}

const char *time_text(int64_t time, char *room) {
    time_t seconds = (time_t)(time / 1000);
    const struct tm *parts = time ? gmtime(&seconds) : NULL;
    *room = 0;
    if (parts)
        strftime(room, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", parts);
    return room;
}

int finish_output(int code) {
    return fflush(stdout) == 0 && !ferror(stdout) ? code : fail(EXIT_IO, "standard output cannot be written");
}
