/* mm_password_make: each form is one that a user logs in with, of its own salt each time, and what is no password. */
#include "server.h"

enum { ROUNDS = 4096 };

static void it_logs_in(const char *name, const char *stored, const char *password) {
    char user[400], command[200];
    struct wire wire;
    snprintf(user, sizeof user, "%s;%s;;PS", name, stored);
    SetConfigParamString("user", user);
    CHECK_OK(mm_last_error());
    CHECK_INT(0, wire_open(&wire, pop_port));
    CHECK_INT(1, wire_pop(&wire, NULL));
    snprintf(command, sizeof command, "USER %s", name);
    CHECK_INT(1, wire_pop(&wire, command));
    snprintf(command, sizeof command, "PASS %s", password);
    CHECK_INT(1, wire_pop(&wire, command));
    wire_close(&wire);
}

static void every_form_logs_in(void) {
    const char *const starts[] = {"{SCRAM-SHA-256}4096:", "{PBKDF2-SHA256}4096:", "{PLAIN}", "{SCRAM-SHA-1}4096:"};
    for (int form = MM_PASSWORD_SCRAM_SHA_256; form <= MM_PASSWORD_SCRAM_SHA_1; form++) {
        char stored[256], again[256], name[8];
        size_t length = 0, wanted = 0;
        CHECK_OK(mm_password_make("pass word", form, ROUNDS, stored, sizeof stored, &length));
        CHECK_INT(strlen(stored), length);
        CHECK(strncmp(stored, starts[form - 1], strlen(starts[form - 1])) == 0);
        CHECK_OK(mm_password_make("pass word", form, ROUNDS, again, sizeof again, NULL));
        CHECK_INT(form == MM_PASSWORD_PLAIN, strcmp(stored, again) == 0);
        CHECK_OK(mm_password_make("pass word", form, ROUNDS, NULL, 0, &wanted));
        CHECK_INT(length, wanted);
        CHECK_INT(MM_E_LIMIT, mm_password_make("pass word", form, ROUNDS, stored, length, NULL));
        sprintf(name, "user%d", form);
        it_logs_in(name, again, "pass word");
    }
}

static void the_usual_number_of_rounds(void) {
    char stored[256];
    CHECK_OK(mm_password_make("x", MM_PASSWORD_SCRAM_SHA_256, 0, stored, sizeof stored, NULL));
    CHECK(strncmp(stored, "{SCRAM-SHA-256}250000:", 22) == 0);
}

static void what_is_no_password(void) {
    char stored[256] = "x";
    CHECK_INT(MM_E_ARGUMENT, mm_password_make(NULL, MM_PASSWORD_PLAIN, 0, stored, sizeof stored, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_password_make("", MM_PASSWORD_PLAIN, 0, stored, sizeof stored, NULL));
    CHECK_TEXT("", stored);
    CHECK_INT(MM_E_ARGUMENT, mm_password_make("\xc2\xad", MM_PASSWORD_PBKDF2_SHA256, 0, stored, sizeof stored, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_password_make("a;b", MM_PASSWORD_PLAIN, 0, stored, sizeof stored, NULL));
    CHECK_OK(mm_password_make("a;b", MM_PASSWORD_PBKDF2_SHA256, ROUNDS, stored, sizeof stored, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_password_make("a\r\nb", MM_PASSWORD_PBKDF2_SHA256, 0, stored, sizeof stored, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_password_make("\xff", MM_PASSWORD_PLAIN, 0, stored, sizeof stored, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_password_make("x", 0, 0, stored, sizeof stored, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_password_make("x", 5, 0, stored, sizeof stored, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_password_make("x", MM_PASSWORD_SCRAM_SHA_256, 4095, stored, sizeof stored, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_password_make("x", MM_PASSWORD_SCRAM_SHA_256, 10000001, stored, sizeof stored, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_password_make("x", MM_PASSWORD_PLAIN, 0, NULL, 1, NULL));
}

int main(void) {
    what_is_no_password();
    server_settings();
    server_start(NULL, 0);
    every_form_logs_in();
    the_usual_number_of_rounds();
    server_stop();
    return check_result();
}
