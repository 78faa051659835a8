/* Files that somebody else has open on Windows, large bodies of several names, and content by a host's handles. */
#include "files_windows.h"

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

/* A message that may only be read, from a backup say, is deleted all the same. */
static void a_read_only_file_is_deleted(void) {
    struct wire wire;
    wchar_t wide_path[PATH_ROOM];
    char root[PATH_ROOM], folder[PATH_ROOM], name[3 * MAX_PATH], path[PATH_ROOM];
    snprintf(root, sizeof root, "%s/read-only", check_folder);
    snprintf(folder, sizeof folder, "%s/users/ann/Maildir/new", root);
    open_engine(root);
    start();
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: read-only\r\n\r\nx\r\n"));
    pop_wait(&wire, "ann", "secret", 1);
    CHECK_INT(1, list(folder, "", name));
    snprintf(path, sizeof path, "%s/%s", folder, name);
    CHECK(SetFileAttributesW(wide(path, wide_path), FILE_ATTRIBUTE_READONLY));
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    CHECK_INT(1, wire_pop(&wire, "QUIT"));
    wire_close(&wire);
    CHECK_INT(0, list(folder, "", NULL));
    close_engine();
}

/* What somebody shares with nobody cannot be deleted: QUIT says so, and it goes later. */
static void a_held_file_stays(void) {
    struct wire wire;
    char root[PATH_ROOM], folder[PATH_ROOM], name[3 * MAX_PATH], path[PATH_ROOM];
    snprintf(root, sizeof root, "%s/held", check_folder);
    snprintf(folder, sizeof folder, "%s/users/ann/Maildir/new", root);
    open_engine(root);
    start();
    CHECK_INT(250, smtp_message("ann@example.org", "Subject: held\r\n\r\nx\r\n"));
    pop_wait(&wire, "ann", "secret", 1);
    CHECK_INT(1, list(folder, "", name));
    snprintf(path, sizeof path, "%s/%s", folder, name);
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    CHECK_OK(mm_engine_stop(engine, 10000)); /* nothing of ours has it open */
    wire_close(&wire);
    start();
    HANDLE file = open_shared(path, 0);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    CHECK_INT(0, wire_pop(&wire, "QUIT"));
    wire_close(&wire);
    CloseHandle(file);
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    CHECK_INT(1, wire_pop(&wire, "DELE 1"));
    CHECK_INT(1, wire_pop(&wire, "QUIT"));
    wire_close(&wire);
    CHECK_INT(0, list(folder, "", NULL));
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

/* A socket is read to its end, by a handle of the library's own. */
static void content_is_read_from_a_socket(void) {
    static const char text[] = "Subject: by socket\n\nx\n";
    struct wire wire;
    char root[PATH_ROOM];
    mm_send *send_handle;
    int port;
    snprintf(root, sizeof root, "%s/socket", check_folder);
    open_engine(root);
    start();
    socket_number listener = check_bind(SOCK_STREAM, &port);
    CHECK_INT(0, listen(listener, 1));
    struct sockaddr_in address = check_loopback(port);
    socket_number writer = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_INT(0, connect(writer, (struct sockaddr *)&address, sizeof address));
    socket_number reader = accept(listener, NULL, NULL);
    CHECK_OK(mm_send_new(engine, NULL, "ann@example.org", &send_handle));
    CHECK_OK(mm_send_add_recipient(send_handle, "ann@example.org", MM_SEND_NOTIFY_NEVER, NULL));
    CHECK_OK(mm_send_set_descriptor(send_handle, (mm_socket)reader));
    CHECK_OK(mm_send_start(send_handle));
    CHECK(socket_send(writer, text, sizeof text - 1) == (long)sizeof text - 1);
    socket_close(writer);
    CHECK_OK(mm_send_wait(send_handle, -1));
    mm_send_free(send_handle);
    socket_close(reader);
    socket_close(listener);
    pop_wait(&wire, "ann", "secret", 1);
    CHECK_INT(1, wire_pop(&wire, "RETR 1"));
    CHECK_TEXT("Subject: by socket", line_with(&wire, "Subject"));
    wire_close(&wire);
    close_engine();
}

int main(void) {
    check_make_folder();
    open_files_are_read_and_deleted();
    a_read_only_file_is_deleted();
    a_held_file_stays();
    a_large_body_is_shared();
    content_is_read_by_a_handle();
    content_is_read_from_a_socket();
    return files_result();
}
