/*
 * The functions of the header, read here, and those that a test has called: so one that is new and forgotten fails.
 * HEADER is the path of mailmodule.h.
 */
#ifndef DECLARED_H
#define DECLARED_H

#include "check.h"
#include <ctype.h>

#ifndef HEADER
#error "HEADER is the path of mailmodule.h"
#endif

enum { MOST_FUNCTIONS = 500 };

struct declared {
    char name[48];
    int is_called;
};

static struct declared declared[MOST_FUNCTIONS];
static int declared_count;

/* is_wanted  tells by a function's parameters whether the test is about it. */
static inline void add_declaration(char *declaration, int (*is_wanted)(const char *parameters)) {
    char *open = strchr(declaration, '(');
    char *name = open;
    while (name > declaration && (isalnum((unsigned char)name[-1]) || name[-1] == '_'))
        name--;
    CHECK(declared_count < MOST_FUNCTIONS);
    if (is_wanted(open) && declared_count < MOST_FUNCTIONS)
        snprintf(declared[declared_count++].name, sizeof declared[0].name, "%.*s", (int)(open - name), name);
}

static inline void read_header(int (*is_wanted)(const char *parameters)) {
    static char text[800000];
    FILE *file = fopen(HEADER, "r");
    CHECK(file);
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    CHECK(length < sizeof text - 1);
    text[length] = '\0';
    for (char *at = text; (at = strstr(at, "\nMM_API ")) != NULL;) {
        char *end = strchr(++at, ';');
        *end = '\0';
        char *call = strstr(at, "MM_CALL ");
        if (call)
            add_declaration(call + strlen("MM_CALL "), is_wanted);
        at = end + 1;
    }
    if (file)
        fclose(file);
}

static inline void calling(const char *name) {
    for (int i = 0; i < declared_count; i++)
        if (strcmp(declared[i].name, name) == 0) {
            declared[i].is_called = 1;
            return;
        }
    fprintf(stderr, "%s is no function that the test is about\n", name);
    check_failures++;
}

static inline void all_were_called(void) {
    CHECK(declared_count > 25);
    for (int i = 0; i < declared_count; i++)
        if (!declared[i].is_called) {
            fprintf(stderr, "%s is not called\n", declared[i].name);
            check_failures++;
        }
}

#endif
