/* A message in memory: read, made of a subject and a text, and its address fields. */
#include "command.h"
#include "system.h"
#include <time.h>

void *allocate(void *memory, size_t size) {
    memory = realloc(memory, size);
    if (!memory)
        exit(fail(EXIT_TEMPORARY, "no memory"));
    return memory;
}

void append(struct message *message, const void *octets, size_t size) {
    if (message->size + size > message->room) {
        message->room = (message->size + size) * 2;
        message->octets = allocate(message->octets, message->room);
    }
    if (size)
        memcpy(message->octets + message->size, octets, size);
    message->size += size;
}

void append_text(struct message *message, const char *text) {
    append(message, text, strlen(text));
}

int read_message(const char *file, struct message *message) {
    char piece[65536];
    size_t count;
    FILE *source = file ? open_file(file, "rb") : stdin;
    if (!source)
        return fail(EXIT_NO_INPUT, "%s cannot be opened", file);
    use_octets(source);
    while ((count = fread(piece, 1, sizeof piece, source)) > 0)
        append(message, piece, count);
    int is_wrong = ferror(source);
    if (file)
        fclose(source);
    return is_wrong ? fail(EXIT_NO_INPUT, "%s cannot be read", file ? file : "standard input") : 0;
}

int read_first_line(FILE *file, char *line, size_t size) {
    size_t length = 0;
    int letter;
    while ((letter = getc(file)) != EOF && letter != '\n') {
        if (letter == 0 || length + 1 >= size)
            return -1;
        line[length++] = (char)letter;
    }
    line[length - (length > 0 && line[length - 1] == '\r')] = 0;
    return length > 0 || letter == '\n';
}

int MM_CALL read_piece(void *buffer, size_t size, size_t *length, void *user) {
    struct message *message = user;
    size_t left = message->size - message->at;
    *length = left < size ? left : size;
    memcpy(buffer, message->octets + message->at, *length);
    message->at += *length;
    return MM_OK;
}

/* ---- header fields ---- */

/* Where a line ends, behind its line end. */
static size_t line_end(const struct message *message, size_t at) {
    const char *found = at < message->size ? memchr(message->octets + at, '\n', message->size - at) : NULL;
    return found ? (size_t)(found - message->octets) + 1 : message->size;
}

/* The end of a field that begins here: behind the lines that begin with white space (RFC 5322, 2.2.3). */
static size_t field_end(const struct message *message, size_t at) {
    do
        at = line_end(message, at);
    while (at < message->size && (message->octets[at] == ' ' || message->octets[at] == '\t'));
    return at;
}

static int is_header_end(const struct message *message, size_t at) {
    return at >= message->size || message->octets[at] == '\n' || message->octets[at] == '\r';
}

static int same_letter(char one, char other) {
    return (one >= 'A' && one <= 'Z' ? one + 32 : one) == (other >= 'A' && other <= 'Z' ? other + 32 : other);
}

static int is_field(const struct message *message, size_t at, size_t end, const char *name) {
    while (*name && at < end && same_letter(message->octets[at], *name)) {
        at++;
        name++;
    }
    while (at < end && (message->octets[at] == ' ' || message->octets[at] == '\t'))
        at++;
    return !*name && at < end && message->octets[at] == ':';
}

void remove_field(struct message *message, const char *field) {
    for (size_t at = 0, end; !is_header_end(message, at);) {
        end = field_end(message, at);
        if (!is_field(message, at, end, field)) {
            at = end;
            continue;
        }
        memmove(message->octets + at, message->octets + end, message->size - end);
        message->size -= end - at;
    }
}

struct mailbox {
    char address[1024];
    size_t length;
    int has_gap; /* white space was passed over behind what is there */
};

static void add_gap(struct mailbox *mailbox) {
    mailbox->has_gap = mailbox->length > 0;
}

/* White space around "@" and "." means nothing (RFC 5322, 4.4). Elsewhere it is part of no address: it stays, so that
 * the words around it do not become the address of somebody else. */
static void add_letter(struct mailbox *mailbox, char letter) {
    char last = mailbox->length ? mailbox->address[mailbox->length - 1] : '.';
    int is_gap = mailbox->has_gap && last != '@' && last != '.' && letter != '@' && letter != '.';
    mailbox->has_gap = 0;
    if (mailbox->length + 2 >= sizeof mailbox->address)
        return;
    if (is_gap)
        mailbox->address[mailbox->length++] = ' ';
    mailbox->address[mailbox->length++] = letter;
}

/* One mailbox of an address list, from text to end; how far it goes. A comment is passed over, of what is quoted the
 * commas are text, and what stands in angle brackets is the address (RFC 5322, 3.4). The name of a group goes to
 * nobody. */
static const char *next_mailbox(const char *text, const char *end, struct mailbox *mailbox) {
    int depth = 0, is_quoted = 0, is_literal = 0, is_done = 0;
    for (; text < end; text++) {
        int is_escaped = *text == '\\' && text + 1 < end;
        if (is_quoted || depth)
            text += is_escaped;
        if (!is_quoted && (*text == '(' || *text == ')'))
            depth += *text == '(' ? 1 : depth > 0 ? -1 : 0;
        else if (depth)
            continue;
        else if (!is_quoted && !is_done && (is_literal || *text == '[')) {
            is_literal = *text != ']';
            add_letter(mailbox, *text);
        } else if ((*text == ',' || *text == ';') && !is_quoted) /* a semicolon ends a group */
            return text + 1;
        else if ((*text == '<' || *text == ':') && !is_quoted)
            mailbox->length = is_done ? mailbox->length : 0;
        else if (*text == '>' && !is_quoted)
            is_done = 1;
        else if (!is_done && !is_quoted && memchr(" \t\r\n", *text, 4))
            add_gap(mailbox);
        else if (!is_done)
            add_letter(mailbox, *text);
        if (*text == '"' && !is_escaped)
            is_quoted = !is_quoted;
    }
    return text;
}

static void add_mailboxes(const char *text, const char *end, struct text_list *list) {
    while (text < end) {
        struct mailbox mailbox = {"", 0, 0};
        text = next_mailbox(text, end, &mailbox);
        mailbox.address[mailbox.length] = 0;
        if (*mailbox.address)
            add_text(list, strcpy(allocate(NULL, mailbox.length + 1), mailbox.address));
    }
}

void addresses_of_field(const struct message *message, const char *field, struct text_list *list) {
    for (size_t at = 0, end; !is_header_end(message, at); at = end) {
        end = field_end(message, at);
        if (!is_field(message, at, end, field))
            continue;
        const char *colon = memchr(message->octets + at, ':', end - at);
        add_mailboxes(colon + 1, message->octets + end, list);
    }
}

/* ---- a message that is made here ---- */

static int is_ascii(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return 0;
    return 1;
}

/* A line with an encoded word has 76 characters at most, the field's name among them, and the word whole characters of
 * the text in it (RFC 2047, 2 and 5). */
static void append_encoded(struct message *message, const char *text) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    enum { WORD = 39 };
    for (size_t left = strlen(text), count; left > 0; text += count, left -= count) {
        count = left < WORD ? left : WORD;
        while (count < left && count > WORD - 4 && ((unsigned char)text[count] & 0xc0) == 0x80)
            count--;
        append_text(message, "=?UTF-8?B?");
        for (size_t i = 0; i < count; i += 3) {
            unsigned long three = 0;
            for (size_t j = 0; j < 3; j++)
                three = three << 8 | (i + j < count ? (unsigned char)text[i + j] : 0);
            for (size_t j = 0; j < 4; j++)
                append(message, j > count - i ? "=" : &letters[three >> (18 - 6 * j) & 63], 1);
        }
        append_text(message, left > count ? "?=\r\n " : "?=");
    }
}

static int is_one_line(const char *name, const char *text) {
    for (const char *next = text; *next; next++)
        if ((unsigned char)*next < ' ' || *next == 0x7f)
            return fail(EXIT_DATA, "%s: a line end or a control character", name), 0;
    return 1;
}

/* RFC 5322, 3.6.1 and 3.6.4: when it was made, and what no other message has. */
static void append_origin(struct message *message, const char *from) {
    const char *domain = strrchr(from, '@');
    char fields[400], date[64];
    time_t now = time(NULL);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", gmtime(&now));
    snprintf(fields, sizeof fields, "Date: %s\r\nMessage-ID: <%lld.%ld.%ld%.255s>\r\n", date, (long long)now,
             process_number(), (long)clock(), domain ? domain : "@localhost");
    append_text(message, fields);
}

int compose_message(const char *from, const struct text_list *to, const char *subject, const struct message *text,
                    struct message *message) {
    if (!is_one_line("the sender", from) || !is_one_line("--subject", subject))
        return EXIT_DATA;
    append_origin(message, from);
    append_text(message, "From: ");
    append_text(message, from);
    append_text(message, "\r\nTo: ");
    for (int i = 0; i < to->count; i++) {
        if (!is_one_line("a recipient", to->items[i]))
            return EXIT_DATA;
        append_text(message, i ? ",\r\n " : "");
        append_text(message, to->items[i]);
    }
    append_text(message, "\r\nSubject: ");
    if (is_ascii(subject) && strlen(subject) < 900)
        append_text(message, subject);
    else
        append_encoded(message, subject);
    append_text(message, "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                         "Content-Transfer-Encoding: 8bit\r\n\r\n");
    append(message, text->octets, text->size);
    if (message->octets[message->size - 1] != '\n')
        append_text(message, "\r\n");
    return 0;
}
