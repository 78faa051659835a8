/* A server that listens nowhere, and a session of it that the host steps. */
#ifndef STEPPED_H
#define STEPPED_H

#include "wakes.h"

static mm_smtp_stepped *stepped;

/* A step with these octets, or none: what is to be sent, and what is waited for, which is written to now or else so. */
static inline const char *one_step(const char *octets, int *wants) {
    static char text[8192];
    const void *output = NULL;
    size_t length = 0;
    CHECK_OK(mm_smtp_stepped_step(stepped, octets, octets ? strlen(octets) : 0, &output, &length, wants));
    CHECK(length < sizeof text && (output || length == 0));
    sprintf(text, "%.*s", (int)length, (const char *)output);
    return text;
}

/* Steps until the client is heard again, or nothing more: all the output. */
static inline const char *steps(const char *octets, int wanted) {
    static char text[8192];
    int wants = 0;
    strcpy(text, one_step(octets, &wants));
    while (wants == MM_WANTS_WRITE || wants == MM_WANTS_WAIT) {
        if (wants == MM_WANTS_WAIT)
            wait_for_wake();
        strcat(text, one_step(NULL, &wants));
    }
    CHECK_INT(wanted, wants);
    return text;
}

static inline const char *step_for(const char *octets) {
    return steps(octets, MM_WANTS_READ);
}

static inline void begin_stepped(const mm_smtp_stepped_options *options) {
    CHECK_OK(mm_smtp_stepped_new(server, options, &stepped));
    if (check_failures)
        exit(check_result());
}

static inline void serve_nowhere(int protocol) {
    mm_smtp_server_options options = MM_SMTP_SERVER_OPTIONS_INIT;
    const mm_smtp_server_handlers handlers = all_handlers();
    int port = 7;
    options.port = MM_PORT_NONE;
    options.protocol = protocol;
    CHECK_OK(mm_smtp_server_start(engine, &options, &handlers, NULL, &server));
    CHECK_OK(mm_smtp_server_get_port(server, &port));
    CHECK_INT(0, port);
}

#endif
