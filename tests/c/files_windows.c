/* Files as Windows has them: paths of every form, names that it takes otherwise or not at all, marks in the names of a
 * Maildir. */
#include "files_windows.h"

static void move_to_cur(const char *maildir) {
    char name[3 * MAX_PATH], from[PATH_ROOM], to[PATH_ROOM];
    wchar_t old[PATH_ROOM], new[PATH_ROOM];
    snprintf(from, sizeof from, "%s/new", maildir);
    if (list(from, "", name) == 0)
        return;
    snprintf(from, sizeof from, "%s/new/%s", maildir, name);
    snprintf(to, sizeof to, "%s/cur/%s;2,S", maildir, name);
    CHECK(MoveFileExW(wide(from, old), wide(to, new), 0));
}

/* Mail comes in, is read and deleted, before and after a stop. */
static void mail_is_kept_below(const char *root) {
    struct wire wire;
    char maildir[PATH_ROOM], path[PATH_ROOM];
    fprintf(stderr, "in %s\n", root);
    snprintf(maildir, sizeof maildir, "%s/users/ann/Maildir", root);
    open_engine(root);
    start();
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: first\r\n\r\nx\r\n"));
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: second\r\n\r\ny\r\n"));
    pop_wait(&wire, "ann", "secret", 2);
    pop_close(&wire);
    CHECK_OK(mm_engine_stop(engine, 10000));
    move_to_cur(maildir);
    start();
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    CHECK_INT(2, pop_count(&wire));
    CHECK_INT(1, wire_pop(&wire, "UIDL 1"));
    CHECK(!strchr(wire.line, ';'));
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    CHECK_INT(1, wire_pop(&wire, "DELE 2"));
    CHECK_INT(1, wire_pop(&wire, "QUIT"));
    wire_close(&wire);
    snprintf(path, sizeof path, "%s/new", maildir);
    CHECK_INT(0, list(path, "", NULL));
    snprintf(path, sizeof path, "%s/cur", maildir);
    CHECK_INT(0, list(path, "", NULL));
    close_engine();
}

static void every_form_of_a_path_will_do(void) {
    char root[PATH_ROOM], part[120];
    snprintf(root, sizeof root, "%s/slashes", check_folder);
    mail_is_kept_below(root);
    snprintf(root, sizeof root, "%s/back", check_folder);
    for (char *at = root; *at; at++)
        if (*at == '/')
            *at = '\\';
    mail_is_kept_below(root);
    snprintf(root, sizeof root, "%s/k\xC3\xA4se \xE4\xB8\xAD", check_folder);
    mail_is_kept_below(root);
    memset(part, 'l', 100);
    part[100] = '\0';
    snprintf(root, sizeof root, "%s/%s/%s/%s", check_folder, part, part, part);
    CHECK(strlen(root) > MAX_PATH);
    mail_is_kept_below(root);
    if (GetDriveTypeA("Z:\\") <= DRIVE_NO_ROOT_DIR)
        return;
    snprintf(root, sizeof root, "Z:/tmp/mm-files-%lx", GetCurrentProcessId());
    mail_is_kept_below(root);
    wchar_t name[PATH_ROOM];
    remove_wide(wide(root, name));
}

/* Ids are names of files, and differ by more than the case of their letters. */
static void many_messages_of_one_moment_stay_apart(void) {
    enum { MESSAGES = 80 };
    struct wire wire;
    char root[PATH_ROOM];
    snprintf(root, sizeof root, "%s/many", check_folder);
    open_engine(root);
    start();
    smtp_open(&wire);
    for (int i = 0; i < MESSAGES; i++) {
        CHECK_INT(354, smtp_data(&wire, "ann@example.org"));
        wire_write(&wire, "Subject: one of many\r\n\r\nx\r\n");
        CHECK_INT(250, wire_smtp(&wire, "."));
    }
    wire_close(&wire);
    pop_wait(&wire, "ann", "secret", MESSAGES);
    pop_close(&wire);
    close_engine();
}

#define REFUSED(key, value, word)                                                                                      \
    do {                                                                                                               \
        CHECK_INT(MM_E_CONFIG, mm_engine_set(engine, key, value));                                                     \
        CHECK(strstr(mm_last_error_message(), word));                                                                  \
    } while (0)

static void settings_that_name_no_file_are_refused(void) {
    CHECK_OK(mm_engine_new(&engine));
    REFUSED("mail_root", "C:/mail/con/x", "device");
    REFUSED("mail_root", "C:mail", "counts from");
    REFUSED("log", "NUL", "device");
    REFUSED("log", "\\\\.\\pipe\\log", "device");
    REFUSED("log", "C:/mail/log?", "character");
    REFUSED("smtp_out", "C:/mail/spool.", "dot");
    REFUSED("tls_cert_file", "COM1", "device");
    REFUSED("user", "ann;secret;C:/homes/lpt1;PS", "device");
    REFUSED("list", "all@example.org;;@aux.txt", "device");
    CHECK_INT(MM_E_IO, mm_engine_load(engine, "CON"));
    CHECK(strstr(mm_last_error_message(), "device"));
    CHECK_OK(mm_engine_free(engine));
}

static void a_users_folder_is_one_that_windows_takes(void) {
    struct wire wire;
    char root[PATH_ROOM], users[PATH_ROOM];
    snprintf(root, sizeof root, "%s/users-of-odd-names", check_folder);
    snprintf(users, sizeof users, "%s/users", root);
    open_engine(root);
    start();
    CHECK_INT(250, smtp_message("con@example.org", "Subject: odd\r\n\r\nx\r\n"));
    CHECK_INT(250, smtp_message("\"Ann Other\"@example.org", "Subject: capital\r\n\r\nx\r\n"));
    pop_wait(&wire, "con", "secret", 1);
    pop_close(&wire);
    pop_wait(&wire, "Ann Other", "secret", 1);
    pop_close(&wire);
    CHECK_INT(1, list(users, "%63o%6E", NULL));
    CHECK_INT(1, list(users, "%41nn%20%4Fther", NULL));
    close_engine();
}

static int vouch(ServerStream *stream, char *reqname, int action, ...) {
    (void)stream, (void)reqname;
    return action == ACTION_POP_LOGIN ? -1 : 0;
}

/* Whom the host vouches for may name a folder, and none that Windows takes otherwise. */
static void a_login_finds_no_reserved_folder(void) {
    static const char *const none[] = {"ann/con", "ann/a/NUL", "ann/a:b", "ann/..\\con", "ann/sub."};
    struct wire wire;
    char root[PATH_ROOM];
    snprintf(root, sizeof root, "%s/vouched", check_folder);
    pop_port = check_free_port();
    SetConfigParamString("mail_root", root);
    SetConfigParamString("pop_bind", "127.0.0.1");
    SetConfigParamString("user", "ann;secret;;PS");
    CHECK_OK(SetPOP3Server(vouch, pop_port, ACTION_POP_LOGIN));
    CHECK_INT(1, pop_open(&wire, "ann/lists\\friends", "any"));
    pop_close(&wire);
    CHECK_INT(1, pop_open(&wire, "ann/lists/friends", "any"));
    pop_close(&wire);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        CHECK_INT(0, pop_open(&wire, none[i], "any"));
        wire_close(&wire);
    }
    CHECK_OK(mm_engine_stop(mm_engine_default(), 10000));
}

int main(void) {
    check_make_folder();
    settings_that_name_no_file_are_refused();
    every_form_of_a_path_will_do();
    many_messages_of_one_moment_stay_apart();
    a_users_folder_is_one_that_windows_takes();
    a_login_finds_no_reserved_folder();
    return files_result();
}
