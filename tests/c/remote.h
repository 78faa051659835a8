/*
 * Another host's SMTP server on loopback: answers by the recipient's name, falls silent or hangs up where it is told
 * to, and keeps what it was told. Several connections at once.
 */
#ifndef REMOTE_H
#define REMOTE_H

#include "detached.h"
#include "wire.h"

/* The points at which a client waits for an answer. */
enum remote_point {
    AT_NOTHING,
    AT_GREETING,
    AT_EHLO,
    AT_MAIL,
    AT_RCPT,
    AT_DATA,
    AT_TEXT, /* in the middle of the text: nothing is read any more */
    AT_DOT,
    REMOTE_POINTS
};

struct remote {
    socket_number listener;
    int port;
    pthread_t thread;
    pthread_mutex_t gate;
    pthread_cond_t moved;
    int stopping;
    int connections, open, messages, starttls, quits;
    int busy, peak;                         /* connections that have not said QUIT; the most at once */
    int most;                               /* of them; one more is turned away. 0: any number */
    int closes_after;                       /* messages on one connection; 0: any number */
    int closes_late;                        /* then only when the next command has come */
    const char *last_words;                 /* said then; NULL: nothing */
    const char *offers;                     /* more lines of its answer to EHLO */
    enum remote_point silent_at, closes_at; /* set before a connection comes to it */
    enum remote_point reached;              /* where a connection has fallen silent */
    int takes_all;                          /* names no longer count */
    char ehlo[200], mail[400], rcpt[400];   /* the last of each */
    char text[200000];                      /* the last message, lines with LF, unstuffed; a longer one is cut */
    size_t length;
};

struct remote_client {
    struct remote *remote;
    struct wire wire;
    int messages, has_quit, is_one_too_many;
};

static inline void remote_told(struct remote *remote, char *place, size_t size, const char *line) {
    pthread_mutex_lock(&remote->gate);
    snprintf(place, size, "%s", line);
    pthread_mutex_unlock(&remote->gate);
}

/* 1: answer; 0: the connection is over. Falls silent here until the client has gone, if that is what was asked for. */
static inline int remote_comes_to(struct remote_client *client, enum remote_point point) {
    struct remote *remote = client->remote;
    char octet[4096];
    int silent, closes;
    pthread_mutex_lock(&remote->gate);
    silent = remote->silent_at == point;
    closes = remote->closes_at == point;
    if (silent)
        remote->reached = point;
    pthread_cond_broadcast(&remote->moved);
    while (silent && point == AT_TEXT && remote->reached == point) /* not even read: the client's window fills */
        pthread_cond_wait(&remote->moved, &remote->gate);
    pthread_mutex_unlock(&remote->gate);
    if (silent) {
        while (recv(client->wire.number, octet, sizeof octet, 0) > 0) {
        }
    }
    return !silent && !closes;
}

/* The client may have gone. */
static inline void remote_say(struct remote_client *client, const char *text) {
    socket_send(client->wire.number, text, strlen(text));
}

static inline void remote_read_text(struct remote_client *client) {
    struct remote *remote = client->remote;
    const char *line;
    size_t length = 0;
    pthread_mutex_lock(&remote->gate);
    remote->text[remote->length = 0] = '\0';
    pthread_mutex_unlock(&remote->gate);
    while ((line = wire_read(&client->wire)) && strcmp(line, ".") != 0) {
        pthread_mutex_lock(&remote->gate);
        if (length + strlen(line) + 2 < sizeof remote->text)
            length += (size_t)sprintf(remote->text + length, "%s\n", line + (line[0] == '.'));
        remote->length = length;
        pthread_mutex_unlock(&remote->gate);
    }
}

static inline const char *remote_rcpt(struct remote *remote, const char *line) {
    const char *name = strchr(line, '<');
    if (name && !remote->takes_all && strncmp(name, "<no", 3) == 0)
        return "550-5.1.1 There is nobody\r\n550 5.1.1 of that name here\r\n";
    if (name && !remote->takes_all && strncmp(name, "<later", 6) == 0)
        return "451 4.7.1 Come back later\r\n";
    return "250 2.1.5 Fine\r\n";
}

static inline int remote_message(struct remote_client *client) {
    struct remote *remote = client->remote;
    if (!remote_comes_to(client, AT_DATA))
        return 0;
    remote_say(client, "354 Go on\r\n");
    if (!remote_comes_to(client, AT_TEXT))
        return 0;
    remote_read_text(client);
    if (!remote_comes_to(client, AT_DOT))
        return 0;
    pthread_mutex_lock(&remote->gate);
    remote->messages++;
    client->messages++;
    pthread_cond_broadcast(&remote->moved);
    pthread_mutex_unlock(&remote->gate);
    remote_say(client, "250 2.0.0 Taken\r\n");
    return 1;
}

static inline int remote_command(struct remote_client *client, const char *line) {
    struct remote *remote = client->remote;
    if (strncasecmp(line, "EHLO", 4) == 0) {
        remote_told(remote, remote->ehlo, sizeof remote->ehlo, line);
        if (!remote_comes_to(client, AT_EHLO))
            return 0;
        remote_say(client, "250-remote.example.net\r\n250-ENHANCEDSTATUSCODES\r\n250-DSN\r\n");
        if (remote->offers)
            remote_say(client, remote->offers);
        remote_say(client, "250 8BITMIME\r\n");
    } else if (strncasecmp(line, "STARTTLS", 8) == 0) {
        pthread_mutex_lock(&remote->gate);
        remote->starttls++;
        pthread_mutex_unlock(&remote->gate);
        remote_say(client, "454 4.7.0 Not now\r\n");
    } else if (strncasecmp(line, "MAIL", 4) == 0) {
        remote_told(remote, remote->mail, sizeof remote->mail, line);
        if (!remote_comes_to(client, AT_MAIL))
            return 0;
        remote_say(client, "250 2.1.0 Fine\r\n");
    } else if (strncasecmp(line, "RCPT", 4) == 0) {
        remote_told(remote, remote->rcpt, sizeof remote->rcpt, line);
        if (!remote_comes_to(client, AT_RCPT))
            return 0;
        remote_say(client, remote_rcpt(remote, line));
    } else if (strncasecmp(line, "DATA", 4) == 0) {
        return remote_message(client);
    } else if (strncasecmp(line, "AUTH", 4) == 0) {
        remote_say(client, "235 2.7.0 Welcome\r\n");
    } else if (strncasecmp(line, "QUIT", 4) == 0) {
        pthread_mutex_lock(&remote->gate);
        remote->quits++;
        remote->busy--;
        client->has_quit = 1;
        pthread_mutex_unlock(&remote->gate);
        remote_say(client, "221 2.0.0 Bye\r\n");
        return 0;
    } else {
        remote_say(client, "250 2.0.0 Fine\r\n");
    }
    return 1;
}

/* As many messages have come as the server takes on one connection. */
static inline int remote_has_enough(struct remote_client *client, int is_late) {
    struct remote *remote = client->remote;
    pthread_mutex_lock(&remote->gate);
    int is_enough =
        remote->closes_after > 0 && client->messages >= remote->closes_after && remote->closes_late == is_late;
    const char *words = remote->last_words;
    pthread_mutex_unlock(&remote->gate);
    if (is_enough && words)
        remote_say(client, words);
    return is_enough;
}

static inline int remote_greets(struct remote_client *client) {
    if (!remote_comes_to(client, AT_GREETING))
        return 0;
    remote_say(client,
               client->is_one_too_many ? "421 4.7.0 Too many connections\r\n" : "220 remote.example.net ESMTP\r\n");
    return !client->is_one_too_many;
}

static inline void *remote_serve(void *argument) {
    struct remote_client *client = (struct remote_client *)argument;
    struct remote *remote = client->remote;
    const char *line;
    if (remote_greets(client)) {
        while ((line = wire_read(&client->wire)) && !remote_has_enough(client, 1) && remote_command(client, line) &&
               !remote_has_enough(client, 0)) {
        }
    }
    wire_close(&client->wire);
    pthread_mutex_lock(&remote->gate);
    remote->open--;
    remote->busy -= !client->has_quit;
    pthread_cond_broadcast(&remote->moved);
    pthread_mutex_unlock(&remote->gate);
    free(client);
    return NULL;
}

static inline int remote_is_stopping(struct remote *remote) {
    pthread_mutex_lock(&remote->gate);
    int stopping = remote->stopping;
    pthread_mutex_unlock(&remote->gate);
    return stopping;
}

static inline void *remote_accept(void *argument) {
    struct remote *remote = (struct remote *)argument;
    for (;;) {
        struct remote_client *client;
        socket_number number = accept_next(remote->listener);
        if (remote_is_stopping(remote)) {
            socket_close(number);
            return NULL;
        }
        socket_set_no_delay(number);
        client = (struct remote_client *)calloc(1, sizeof *client);
        client->remote = remote;
        client->wire.number = number;
        pthread_mutex_lock(&remote->gate);
        remote->connections++;
        remote->open++;
        client->is_one_too_many = remote->most > 0 && remote->open > remote->most;
        if (++remote->busy > remote->peak)
            remote->peak = remote->busy;
        pthread_mutex_unlock(&remote->gate);
        if (start_detached(remote_serve, client) != 0) {
            fprintf(stderr, "the other host has no thread for a connection\n");
            exit(99);
        }
    }
}

static inline void remote_start(struct remote *remote) {
    memset(remote, 0, sizeof *remote);
    pthread_mutex_init(&remote->gate, NULL);
    pthread_cond_init(&remote->moved, NULL);
    remote->listener = check_bind(SOCK_STREAM, &remote->port);
    if (listen(remote->listener, 100) != 0)
        exit(99);
    pthread_create(&remote->thread, NULL, remote_accept, remote);
}

static inline void remote_set(struct remote *remote, enum remote_point silent_at, enum remote_point closes_at) {
    pthread_mutex_lock(&remote->gate);
    remote->silent_at = silent_at;
    remote->closes_at = closes_at;
    remote->reached = AT_NOTHING;
    pthread_cond_broadcast(&remote->moved);
    pthread_mutex_unlock(&remote->gate);
}

/* Until a connection has fallen silent where it was told to. */
static inline void remote_wait_silent(struct remote *remote) {
    pthread_mutex_lock(&remote->gate);
    while (remote->reached == AT_NOTHING)
        pthread_cond_wait(&remote->moved, &remote->gate);
    pthread_mutex_unlock(&remote->gate);
}

/* Until every client has gone, and its connection's end here with it. */
static inline void remote_wait_alone(struct remote *remote) {
    pthread_mutex_lock(&remote->gate);
    while (remote->open > 0)
        pthread_cond_wait(&remote->moved, &remote->gate);
    pthread_mutex_unlock(&remote->gate);
}

/* When every client has gone. The thread that accepts is woken by a connection of ours. */
static inline void remote_stop(struct remote *remote) {
    struct wire wire;
    pthread_mutex_lock(&remote->gate);
    remote->stopping = 1;
    pthread_mutex_unlock(&remote->gate);
    wire_open(&wire, remote->port);
    pthread_join(remote->thread, NULL);
    wire_close(&wire);
    socket_close(remote->listener);
    remote_wait_alone(remote);
}

#endif
