/* Files as Windows has them: paths of every form, names that it takes otherwise or not at all, marks in the names of a
 * Maildir, files that others hold open. */
#include "server.h"

#define PATH_ROOM 2000

static mm_engine *engine;
static mm_smtp_server *smtp;
static mm_pop3_server *pop3;

/* ---- files, by paths that may be long, in UTF-8 ---- */

static const wchar_t *wide(const char *path, wchar_t *room) {
    int length;
    wcscpy(room, L"\\\\?\\");
    length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, room + 4, PATH_ROOM - 4);
    CHECK(length > 0);
    for (wchar_t *at = room; *at; at++)
        if (*at == L'/')
            *at = L'\\';
    return room;
}

/* How many entries a folder has whose names end so, and one of the names. */
static int list(const char *path, const char *end, char *name) {
    wchar_t pattern[PATH_ROOM];
    char found[PATH_ROOM], text[3 * MAX_PATH];
    WIN32_FIND_DATAW entry;
    int count = 0;
    snprintf(found, sizeof found, "%s/*", path);
    HANDLE folder = FindFirstFileW(wide(found, pattern), &entry);
    for (BOOL is = folder != INVALID_HANDLE_VALUE; is; is = FindNextFileW(folder, &entry)) {
        WideCharToMultiByte(CP_UTF8, 0, entry.cFileName, -1, text, sizeof text, NULL, NULL);
        size_t length = strlen(text), least = strlen(end);
        if (text[0] == '.' || length < least || strcmp(text + length - least, end) != 0)
            continue;
        count++;
        if (name)
            strcpy(name, text);
    }
    if (folder != INVALID_HANDLE_VALUE)
        FindClose(folder);
    return count;
}

static void remove_wide(const wchar_t *path) {
    static wchar_t name[PATH_ROOM];
    WIN32_FIND_DATAW entry;
    swprintf(name, PATH_ROOM, L"%ls\\*", path);
    HANDLE folder = FindFirstFileW(name, &entry);
    for (BOOL is = folder != INVALID_HANDLE_VALUE; is; is = FindNextFileW(folder, &entry)) {
        wchar_t inner[PATH_ROOM];
        swprintf(inner, PATH_ROOM, L"%ls\\%ls", path, entry.cFileName);
        if (!(entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
            DeleteFileW(inner);
        else if (wcscmp(entry.cFileName, L".") != 0 && wcscmp(entry.cFileName, L"..") != 0)
            remove_wide(inner);
    }
    if (folder != INVALID_HANDLE_VALUE)
        FindClose(folder);
    RemoveDirectoryW(path);
}

static HANDLE open_shared(const char *path, DWORD share) {
    wchar_t name[PATH_ROOM];
    return CreateFileW(wide(path, name), GENERIC_READ, share, NULL, OPEN_EXISTING, 0, NULL);
}

/* ---- an engine over a folder ---- */

static void open_engine(const char *root) {
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", root));
    CHECK_OK(mm_engine_set(engine, "smtp_name", "example.org"));
    CHECK_OK(mm_engine_set(engine, "user", "ann;secret;;PS"));
    CHECK_OK(mm_engine_set(engine, "user", "Ann Other;secret;;PS"));
    CHECK_OK(mm_engine_set(engine, "user", "con;secret;;PS"));
}

static void start(void) {
    mm_smtp_server_options smtp_options = MM_SMTP_SERVER_OPTIONS_INIT;
    mm_pop3_server_options pop3_options = MM_POP3_SERVER_OPTIONS_INIT;
    smtp_options.addresses = pop3_options.addresses = "127.0.0.1";
    smtp_options.port = pop3_options.port = MM_PORT_ANY;
    CHECK_OK(mm_smtp_server_start(engine, &smtp_options, NULL, NULL, &smtp));
    CHECK_OK(mm_pop3_server_start(engine, &pop3_options, NULL, NULL, &pop3));
    if (check_failures)
        exit(check_result());
    CHECK_OK(mm_smtp_server_get_port(smtp, &smtp_port));
    CHECK_OK(mm_pop3_server_get_port(pop3, &pop_port));
}

static void close_engine(void) {
    CHECK_OK(mm_engine_stop(engine, 10000));
    CHECK_OK(mm_engine_free(engine));
}

/* Reads a message on to the line that begins so; "" if there is none. */
static const char *line_with(struct wire *wire, const char *beginning) {
    const char *line;
    while ((line = wire_read(wire)) != NULL && strcmp(line, ".") != 0)
        if (strncmp(line, beginning, strlen(beginning)) == 0)
            return line;
    return "";
}

/* ---- what must hold ---- */

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

static DWORD links_of(const char *maildir) {
    BY_HANDLE_FILE_INFORMATION information = {0};
    char name[3 * MAX_PATH], path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/new", maildir);
    CHECK_INT(1, list(path, "", name));
    snprintf(path, sizeof path, "%s/new/%s", maildir, name);
    HANDLE file = open_shared(path, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE);
    CHECK(GetFileInformationByHandle(file, &information));
    CloseHandle(file);
    return information.nNumberOfLinks;
}

/* One large body has a name in each mailbox, and is the other's still when one deletes it. */
static void a_large_body_is_shared(void) {
    static char text[200 * 1000];
    struct wire wire;
    char root[PATH_ROOM], ann[PATH_ROOM], con[PATH_ROOM];
    snprintf(root, sizeof root, "%s/large", check_folder);
    snprintf(ann, sizeof ann, "%s/users/ann/Maildir", root);
    snprintf(con, sizeof con, "%s/users/%%63o%%6E/Maildir", root);
    strcpy(text, "Subject: large\r\n\r\n");
    for (size_t length = strlen(text); length + 80 < sizeof text; length += 72)
        memset(text + length, 'x', 70), memcpy(text + length + 70, "\r\n", 3);
    open_engine(root);
    start();
    smtp_open(&wire);
    CHECK_INT(250, wire_smtp(&wire, "MAIL FROM:<sender@example.net>"));
    CHECK_INT(250, wire_smtp(&wire, "RCPT TO:<con@example.org>"));
    CHECK_INT(250, wire_smtp(&wire, "RCPT TO:<ann@example.org>"));
    CHECK_INT(354, wire_smtp(&wire, "DATA"));
    wire_write(&wire, text);
    CHECK_INT(250, wire_smtp(&wire, "."));
    wire_close(&wire);
    pop_wait(&wire, "con", "secret", 1);
    pop_close(&wire);
    pop_wait(&wire, "ann", "secret", 1);
    CHECK(links_of(ann) >= 2);
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    CHECK_INT(1, wire_pop(&wire, "QUIT"));
    wire_close(&wire);
    CHECK(links_of(con) >= 1);
    CHECK_INT(1, pop_open(&wire, "con", "secret"));
    CHECK_INT(1, wire_pop(&wire, "RETR 1"));
    CHECK_INT(70, strlen(line_with(&wire, "xxx")));
    wire_close(&wire);
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

/* Somebody reads the files, as other programs do. */
static void open_files_are_read_and_deleted(void) {
    struct wire wire;
    char root[PATH_ROOM], folder[PATH_ROOM], name[3 * MAX_PATH], path[PATH_ROOM];
    snprintf(root, sizeof root, "%s/open", check_folder);
    snprintf(folder, sizeof folder, "%s/users/ann/Maildir/new", root);
    open_engine(root);
    start();
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: held\r\n\r\nx\r\n"));
    pop_wait(&wire, "ann", "secret", 1);
    pop_close(&wire);
    CHECK_INT(1, list(folder, "", name));
    snprintf(path, sizeof path, "%s/%s", folder, name);
    HANDLE file = open_shared(path, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    CHECK_INT(1, wire_pop(&wire, "QUIT"));
    wire_close(&wire);
    CloseHandle(file);
    CHECK_INT(0, list(folder, "", NULL));
    close_engine();
}

/* A handle of a file is read from its offset on, and the offset stays. */
static void content_is_read_by_a_handle(void) {
    struct wire wire;
    char root[PATH_ROOM], path[PATH_ROOM];
    wchar_t name[PATH_ROOM];
    mm_send *send;
    DWORD count;
    snprintf(root, sizeof root, "%s/content", check_folder);
    snprintf(path, sizeof path, "%s/content.eml", check_folder);
    open_engine(root);
    start();
    /* Shared with nobody, as many a program opens its files. */
    HANDLE file = CreateFileW(wide(path, name), GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    CHECK(WriteFile(file, "skipped\nSubject: by handle\n\nx\n", 30, &count, NULL));
    SetFilePointer(file, 8, NULL, FILE_BEGIN);
    CHECK_OK(mm_send_new(engine, NULL, "ann@example.org", &send));
    CHECK_OK(mm_send_add_recipient(send, "ann@example.org", MM_SEND_NOTIFY_NEVER, NULL));
    CHECK_OK(mm_send_set_descriptor(send, (mm_socket)file));
    CloseHandle(file);
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    mm_send_free(send);
    pop_wait(&wire, "ann", "secret", 1);
    CHECK_INT(1, wire_pop(&wire, "RETR 1"));
    CHECK_TEXT("", line_with(&wire, "skipped"));
    CHECK_INT(1, wire_pop(&wire, "RETR 1"));
    CHECK_TEXT("Subject: by handle", line_with(&wire, "Subject"));
    wire_close(&wire);
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
    wchar_t name[PATH_ROOM];
    check_make_folder();
    settings_that_name_no_file_are_refused();
    every_form_of_a_path_will_do();
    many_messages_of_one_moment_stay_apart();
    a_users_folder_is_one_that_windows_takes();
    open_files_are_read_and_deleted();
    a_large_body_is_shared();
    content_is_read_by_a_handle();
    a_login_finds_no_reserved_folder();
    remove_wide(wide(check_folder, name));
    return check_result();
}
