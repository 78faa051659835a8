/* FindMX: what becomes of a domain's servers in MailHostInfo, and what is told when there are none. */
#include "check.h"
#include "mailmodule.h"
#include <pthread.h>

enum { A = 1, MX = 15, AAAA = 28, NAME_ERROR = 3, SERVER_FAILURE = 2 };

/* 60 octets before ".x.example" are 70: too long for MailHostInfo, not for the DNS. */
#define LONG_NAME "a-name-of-a-server-that-is-far-too-long-for-the-old-structure.x.example"

/* What the resolver of this test knows: name, type, preference, host or address; NULL ends it. */
static const struct record {
    const char *name;
    int type, preference;
    const char *value;
} zone[] = {{"good.example", MX, 20, "six.example"}, {"good.example", MX, 10, "many.example"},
            {"good.example", MX, 15, LONG_NAME},     {"good.example", MX, 30, "nowhere.example"},
            {LONG_NAME, A, 0, "192.0.2.99"},         {"six.example", AAAA, 0, "2001:db8::6"},
            {"long.example", MX, 10, LONG_NAME},     {"null.example", MX, 0, ""},
            {"alone.example", A, 0, "192.0.2.77"},   {NULL, 0, 0, NULL}};

enum { MANY = 14 };

static size_t put_name(unsigned char *place, const char *name) {
    size_t length = 0;
    while (*name) {
        size_t label = strcspn(name, ".");
        place[length++] = (unsigned char)label;
        memcpy(place + length, name, label);
        length += label;
        name += label + (name[label] == '.');
    }
    place[length++] = 0;
    return length;
}

static size_t put_answer(unsigned char *place, int type, int preference, const char *value) {
    unsigned char data[300];
    size_t size = 0;
    if (type == MX) {
        data[0] = 0;
        data[1] = (unsigned char)preference;
        size = 2 + put_name(data + 2, value);
    } else {
        inet_pton(type == A ? AF_INET : AF_INET6, value, data);
        size = type == A ? 4 : 16;
    }
    unsigned char head[12] = {0xC0, 12, 0, (unsigned char)type, 0, 1, 0, 0, 0, 60, 0, (unsigned char)size};
    memcpy(place, head, sizeof head);
    memcpy(place + sizeof head, data, size);
    return sizeof head + size;
}

static void read_name(const unsigned char *question, char *name) {
    size_t length = 0;
    while (*question) {
        memcpy(name + length, question + 1, *question);
        length += *question;
        name[length++] = '.';
        question += *question + 1;
    }
    name[length ? length - 1 : 0] = '\0';
}

/* Turns a query into its answer. */
static size_t answer(unsigned char *message) {
    char name[256];
    int found = 0, known = 0, type;
    size_t end;
    read_name(message + 12, name);
    end = 12 + strlen(name) + 2 + 4;
    type = message[end - 3];
    for (const struct record *record = zone; record->name; record++)
        if (strcasecmp(record->name, name) == 0) {
            known = 1;
            if (record->type == type) {
                end += put_answer(message + end, type, record->preference, record->value);
                found++;
            }
        }
    if (strcasecmp(name, "many.example") == 0) {
        known = 1;
        for (int i = 1; type == A && i <= MANY; i++, found++) {
            char address[32];
            sprintf(address, "198.51.100.%d", i);
            end += put_answer(message + end, A, 0, address);
        }
    }
    message[2] = 0x85; /* an answer, of one who knows, recursion wanted */
    message[3] = (unsigned char)(0x80 | (strcasecmp(name, "broken.example") == 0 ? SERVER_FAILURE
                                         : known                                 ? 0
                                                                                 : NAME_ERROR));
    message[6] = 0;
    message[7] = (unsigned char)found;
    memset(message + 8, 0, 4);
    return end;
}

static void *resolve(void *argument) {
    socket_number number = *(socket_number *)argument;
    for (;;) {
        unsigned char message[2048];
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        long length = (long)recvfrom(number, (char *)message, 600, 0, (struct sockaddr *)&from, &size);
        if (length < 17)
            return NULL;
        sendto(number, (char *)message, answer(message), 0, (struct sockaddr *)&from, size);
    }
}

static uint32_t ip(const char *text) {
    return inet_addr(text);
}

static void servers(void) {
    MailHostInfo found[8];
    memset(found, 0xEE, sizeof found);
    CHECK_INT(3, FindMX("good.example", found, 8));
    CHECK_OK(mm_last_error());
    CHECK_TEXT("many.example", found[0].name);
    CHECK_INT(10, found[0].prior);
    for (int i = 0; i < 12; i++) {
        CHECK_INT(198, found[0].ip[i] & 0xFF); /* network order: the first octet is first in memory */
        for (int j = 0; j < i; j++)
            CHECK(found[0].ip[i] != found[0].ip[j]);
    }
    CHECK_TEXT("six.example", found[1].name);
    CHECK_INT(20, found[1].prior);
    CHECK_INT(0, found[1].ip[0]);
    CHECK_TEXT("nowhere.example", found[2].name);
    CHECK_INT(0, found[2].ip[0]);
    CHECK_INT((int)0xEEEEEEEE, (int)found[3].prior);

    memset(found, 0xEE, sizeof found);
    CHECK_INT(1, FindMX("good.example", found, 1));
    CHECK_TEXT("many.example", found[0].name);
    CHECK_INT((int)0xEEEEEEEE, (int)found[1].prior);

    CHECK_INT(1, FindMX("ALONE.example.", found, 8));
    CHECK_TEXT("alone.example", found[0].name);
    CHECK_INT(0, found[0].prior);
    CHECK(found[0].ip[0] == ip("192.0.2.77"));
    for (int i = 1; i < 12; i++)
        CHECK_INT(0, found[0].ip[i]);
}

static void none(const char *domain, int error) {
    MailHostInfo found[2];
    CHECK_INT(0, FindMX(domain, found, 2));
    CHECK_INT(error, mm_last_error());
    CHECK(mm_last_error_message()[0] != '\0');
}

static void arguments(void) {
    MailHostInfo found[1];
    none(NULL, MM_E_ARGUMENT);
    none("", MM_E_ARGUMENT);
    none("two words", MM_E_ARGUMENT);
    none("\xff\xfe.example", MM_E_ARGUMENT);
    none("127.0.0.1", MM_E_ARGUMENT);
    CHECK_INT(0, FindMX("good.example", NULL, 1));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, FindMX("good.example", found, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
    CHECK_INT(0, FindMX("good.example", found, -1));
    CHECK_INT(MM_E_ARGUMENT, mm_last_error());
}

int main(void) {
    struct sockaddr_in address;
    char root[128], server[64];
    pthread_t thread;
    int port;
    socket_number number = check_bind(SOCK_DGRAM, &port);

    pthread_create(&thread, NULL, resolve, &number);
    sprintf(root, "%s/mail", check_make_folder());
    SetConfigParamString("mail_root", root);
    sprintf(server, "127.0.0.1:%d", port);
    SetConfigParamString("smtp_dns", server);
    CHECK_OK(mm_last_error());

    arguments();
    servers();
    none("gone.example", MM_E_NOT_FOUND);
    none("null.example", MM_E_REFUSED_PERMANENT);
    none("broken.example", MM_E_DNS);
    none("long.example", MM_E_LIMIT);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 10000));
    address = check_loopback(port);
    sendto(number, "", 0, 0, (struct sockaddr *)&address, sizeof address); /* too short for a question: the end */
    pthread_join(thread, NULL);
    socket_close(number);
    return check_result();
}
