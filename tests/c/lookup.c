/* FindMX: what becomes of a domain's servers in MailHostInfo, and what is told when there are none. */
#include "check.h"
#include "mailmodule.h"
#include "names.h"

enum { A = NAMES_A, MX = NAMES_MX, AAAA = NAMES_AAAA };

/* 60 octets before ".x.example" are 70: too long for MailHostInfo, not for the DNS. */
#define LONG_NAME "a-name-of-a-server-that-is-far-too-long-for-the-old-structure.x.example"

#define MANY(last)                                                                                                     \
    { "many.example", A, 0, "198.51.100." #last }

static const struct name_record zone[] = {{"good.example", MX, 20, "six.example"},
                                          {"good.example", MX, 10, "many.example"},
                                          {"good.example", MX, 15, LONG_NAME},
                                          {"good.example", MX, 30, "nowhere.example"},
                                          {LONG_NAME, A, 0, "192.0.2.99"},
                                          {"six.example", AAAA, 0, "2001:db8::6"},
                                          {"long.example", MX, 10, LONG_NAME},
                                          {"null.example", MX, 0, ""},
                                          {"alone.example", A, 0, "192.0.2.77"},
                                          {"broken.example", NAMES_BROKEN, 0, NULL},
                                          MANY(1),
                                          MANY(2),
                                          MANY(3),
                                          MANY(4),
                                          MANY(5),
                                          MANY(6),
                                          MANY(7),
                                          MANY(8),
                                          MANY(9),
                                          MANY(10),
                                          MANY(11),
                                          MANY(12),
                                          MANY(13),
                                          MANY(14),
                                          {NULL, 0, 0, NULL}};

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
    char root[128];
    sprintf(root, "%s/mail", check_make_folder());
    SetConfigParamString("mail_root", root);
    SetConfigParamString("smtp_dns", names_start(zone));
    CHECK_OK(mm_last_error());

    arguments();
    servers();
    none("gone.example", MM_E_NOT_FOUND);
    none("null.example", MM_E_REFUSED_PERMANENT);
    none("broken.example", MM_E_DNS);
    none("long.example", MM_E_LIMIT);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 10000));
    names_stop();
    return check_result();
}
