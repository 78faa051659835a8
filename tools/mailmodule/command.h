/* What the commands of the program "mailmodule" share. It is written over the public header alone, so it is a sample
 * as well. */
#ifndef COMMAND_H
#define COMMAND_H

#include <mailmodule.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the commands ---- */

struct command {
    const char *name;
    const char *help;                    /* what --help says; the manual page is made of it */
    int (*run)(int count, char **words); /* without the program's and the command's names; the exit code */
};

extern const struct command send_command, queue_command, import_command, check_command, mx_command, password_command,
    dkim_key_command, serve_command;

/* The name of the command that runs, for messages. */
extern const char *command_name;

/* ---- exit codes: those of sysexits.h, which scripts know ---- */

enum exit_code {
    EXIT_OK = 0,
    EXIT_FOUND = 1,        /* check: something is wrong with the file */
    EXIT_USAGE = 64,       /* the command line */
    EXIT_DATA = 65,        /* a message or an address that is none */
    EXIT_NO_INPUT = 66,    /* a file that cannot be read */
    EXIT_NO_USER = 67,     /* the recipient is nobody there */
    EXIT_NO_HOST = 68,     /* the recipient's domain has no mail host */
    EXIT_UNAVAILABLE = 69, /* refused for good, or what is needed is not there */
    EXIT_SOFTWARE = 70,    /* a fault of the library */
    EXIT_IO = 74,          /* the disk */
    EXIT_TEMPORARY = 75,   /* another try may help */
    EXIT_PROTOCOL = 76,    /* the other side breaks the protocol */
    EXIT_NO_RIGHT = 77,    /* the system does not let us */
    EXIT_CONFIG = 78       /* the configuration */
};

/* What an MM_E_... value comes to. */
int exit_code_of(int error);

/* ---- options (options.c) ---- */

struct text_list {
    const char **items;
    int count;
};

/* One option. Exactly one of the places is set: a flag gets 1, a text the last value, a list all of them. */
struct option {
    const char *name; /* without its dashes */
    char letter;      /* 0: none */
    int *flag;
    const char **text;
    struct text_list *list;
};

/* Reads options up to a row without a name; the words that are none go to rest. 0, or EXIT_USAGE when what is wrong has
 * been said. */
int read_options(int count, char **words, const struct option *options, struct text_list *rest);
void add_text(struct text_list *list, const char *text);
/* A number from least to most; 0 and a message for what is none. */
int read_number(const char *option, const char *text, long least, long most, long *number);
/* The nearest word to one that is not known; NULL if none is near. */
const char *nearest_word(const char *word, const char *const *words, int count);

/* ---- output (output.c) ---- */

/* On standard error, with the command's name in front; the exit code back. */
int fail(int code, const char *format, ...) MM_FORMAT(2, 3);
/* The library's last error, after what was tried: its exit code. */
int fail_by_library(const char *tried);
void warn(const char *format, ...) MM_FORMAT(1, 2);

/* A text as JSON has it, quotes and all; octets that are no UTF-8 become U+FFFD. NULL: null. */
void json_text(const char *text);
/* The same of octets, NULs among them. */
void json_octets(const char *octets, size_t size);
/* "name": text, with a comma in front of all but the first member. */
void json_member(const char *name, const char *text, int is_first);
void json_number(const char *name, int64_t number, int is_first);
/* A text on one line: line ends become " / ", other controls "?". */
void print_line(const char *text);
/* Milliseconds since 1970 as 2026-11-29T01:02:03Z; "" for 0. The room is the caller's. */
enum { TIME_SIZE = 32 };
const char *time_text(int64_t time, char *room);
/* Whether all that was printed has reached its end: code, or EXIT_IO. */
int finish_output(int code);

/* ---- which engine (place.c) ---- */

/* Where a command finds the settings and the queue. */
struct place {
    const char *config, *mail_root, *control;
};

/* The options --config, --mail-root and --control of a command's table. */
#define PLACE_OPTIONS(place)                                                                                           \
    {"config", 'c', NULL, &(place).config, NULL}, {"mail-root", 0, NULL, &(place).mail_root, NULL}, {                  \
        "control", 0, NULL, &(place).control, NULL                                                                     \
    }

/* An engine with the settings of the place: --config, else mailmodule.cfg if that is there. 0, or an exit code. */
int open_engine(const struct place *place, mm_engine **engine);
/* Somebody has said which engine is meant: by an option, or by a mailmodule.cfg in the working directory. */
int is_place_known(const struct place *place);
/* The control socket, or the folder it is in, of --control, --mail-root or the settings. 0, or an exit code. */
int find_control(const struct place *place, char *path, size_t size);
/* What root puts into another user's spool is to be that user's, whose engine could not read it otherwise: until
 * become_ourselves. 0, or an exit code. */
int become_owner_of_spool(mm_engine *engine, const char *mail_root);
/* A way to the engine that runs. 0, or an exit code, and what is wrong has been said. */
int open_control(const struct place *place, mm_control **control);

/* ---- a message (message.c) ---- */

/* A message's octets, and what is known of it. */
struct message {
    char *octets;
    size_t size, room;
    size_t at; /* how much has been read of it */
};

/* The whole of a file; NULL: standard input. 0, or an exit code. */
int read_message(const char *file, struct message *message);
/* The first line of a file, without its end; 0: there is none. -1: it does not fit, or has a NUL in it. */
int read_first_line(FILE *file, char *line, size_t size);
/* Makes a message of a subject and a text. 0, or an exit code. */
int compose_message(const char *from, const struct text_list *to, const char *subject, const struct message *text,
                    struct message *message);
/* The addresses of a header field, each added to the list: "To", "Cc", "Bcc", "From". */
void addresses_of_field(const struct message *message, const char *field, struct text_list *list);
/* Takes a header field out, wherever it stands. */
void remove_field(struct message *message, const char *field);
void append(struct message *message, const void *octets, size_t size);
void append_text(struct message *message, const char *text);
/* An mm_send_read_fn over a struct message. */
int MM_CALL read_piece(void *buffer, size_t size, size_t *length, void *message);
void *allocate(void *memory, size_t size);

#endif
