/* An engine over a folder of Windows, and its files by paths that may be long, in UTF-8. */
#ifndef FILES_WINDOWS_H
#define FILES_WINDOWS_H

#include "server.h"

#define PATH_ROOM 2000

static mm_engine *engine;
static mm_smtp_server *smtp;
static mm_pop3_server *pop3;

/* ---- files, by paths that may be long, in UTF-8 ---- */

static inline const wchar_t *wide(const char *path, wchar_t *room) {
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
static inline int list(const char *path, const char *end, char *name) {
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

static inline void remove_wide(const wchar_t *path) {
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

static inline HANDLE open_shared(const char *path, DWORD share) {
    wchar_t name[PATH_ROOM];
    return CreateFileW(wide(path, name), GENERIC_READ, share, NULL, OPEN_EXISTING, 0, NULL);
}

/* ---- an engine over a folder ---- */

static inline void open_engine(const char *root) {
    CHECK_OK(mm_engine_new(&engine));
    CHECK_OK(mm_engine_set(engine, "mail_root", root));
    CHECK_OK(mm_engine_set(engine, "smtp_name", "example.org"));
    CHECK_OK(mm_engine_set(engine, "user", "ann;secret;;PS"));
    CHECK_OK(mm_engine_set(engine, "user", "Ann Other;secret;;PS"));
    CHECK_OK(mm_engine_set(engine, "user", "con;secret;;PS"));
}

static inline void start(void) {
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

static inline void close_engine(void) {
    CHECK_OK(mm_engine_stop(engine, 10000));
    CHECK_OK(mm_engine_free(engine));
}

/* Reads a message on to the line that begins so; "" if there is none. */
static inline const char *line_with(struct wire *wire, const char *beginning) {
    const char *line;
    while ((line = wire_read(wire)) != NULL && strcmp(line, ".") != 0)
        if (strncmp(line, beginning, strlen(beginning)) == 0)
            return line;
    return "";
}

/* What is below the test's folder is gone, whatever its names. */
static inline int files_result(void) {
    wchar_t name[PATH_ROOM];
    remove_wide(wide(check_folder, name));
    return check_result();
}

#endif
