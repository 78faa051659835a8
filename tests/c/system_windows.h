/* system.h where the system is Windows. */
#ifndef SYSTEM_WINDOWS_H
#define SYSTEM_WINDOWS_H

#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <fcntl.h>
#include <io.h>
#include <psapi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tlhelp32.h>
#include <winternl.h>

#define NOTHING_FILE "NUL"
#define IMPOSSIBLE_FOLDER "Q:/none"             /* a path that no folder can be made at: there is no such drive */
#define SILENT_NAME_SERVER "255.255.255.255:53" /* cannot be asked; wine does not tell that nobody listens on a port */
#define MAILDIR_FLAGS_MARK ";2,"                /* between a message's name in its Maildir and its flags */

/* ---- sockets ---- */

typedef SOCKET socket_number;

#define NO_SOCKET INVALID_SOCKET

__attribute__((constructor)) static void start_sockets(void) {
    WSADATA data;
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        exit(99);
}

static inline void socket_close(socket_number number) {
    closesocket(number);
}

/* How many octets went out, or -1. */
static inline long socket_send(socket_number number, const void *octets, size_t size) {
    return send(number, (const char *)octets, (int)size, 0);
}

/* After so long without an octet a receive gives up. */
static inline void socket_set_timeout(socket_number number, int seconds) {
    DWORD timeout = (DWORD)seconds * 1000;
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, (const char *)&timeout, sizeof timeout);
}

static inline void socket_set_no_delay(socket_number number) {
    BOOL yes = TRUE;
    setsockopt(number, IPPROTO_TCP, TCP_NODELAY, (const char *)&yes, sizeof yes);
}

/* 0: no call on it waits. */
static inline void socket_set_blocking(socket_number number, int blocks) {
    u_long none = !blocks;
    ioctlsocket(number, FIONBIO, &none);
}

/* Whoever else is bound to a port keeps a server from it here: another test may choose the same one. */
static inline void socket_keep_port(socket_number number) {
    closesocket(number);
}

/* Two ends of a connection of the local kind; 0 where there is none. */
static inline int local_pair(socket_number ends[2]) {
    (void)ends;
    return 0;
}

/* ---- time ---- */

/* Of a clock that is never set. */
static inline double clock_milliseconds(void) {
    LARGE_INTEGER now, frequency;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    return (double)now.QuadPart * 1e3 / (double)frequency.QuadPart;
}

/* Of the processor, for this process; clock() counts here what a clock on the wall does. */
static inline long processor_milliseconds(void) {
    FILETIME made, ended, kernel, user;
    ULARGE_INTEGER parts[2];
    GetProcessTimes(GetCurrentProcess(), &made, &ended, &kernel, &user);
    parts[0].LowPart = kernel.dwLowDateTime;
    parts[0].HighPart = kernel.dwHighDateTime;
    parts[1].LowPart = user.dwLowDateTime;
    parts[1].HighPart = user.dwHighDateTime;
    return (long)((parts[0].QuadPart + parts[1].QuadPart) / 10000);
}

/* Sleep knows milliseconds only; less than one is waited for awake. */
static inline void sleep_microseconds(unsigned int microseconds) {
    double end = clock_milliseconds() + microseconds / 1e3;
    if (microseconds >= 1000)
        Sleep(microseconds / 1000);
    while (clock_milliseconds() < end)
        SwitchToThread();
}

/* ---- files, pipes and folders ---- */

typedef uintptr_t descriptor; /* a HANDLE, as mm_send_set_descriptor takes it */

/* For reading. */
static inline descriptor descriptor_open(const char *path) {
    DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    return (descriptor)CreateFileA(path, GENERIC_READ, share, NULL, OPEN_EXISTING, 0, NULL);
}

/* Another one with the same offset. */
static inline descriptor descriptor_copy(descriptor number) {
    HANDLE own = GetCurrentProcess(), copy = NULL;
    DuplicateHandle(own, (HANDLE)number, own, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS);
    return (descriptor)copy;
}

static inline void descriptor_close(descriptor number) {
    CloseHandle((HANDLE)number);
}

static inline long descriptor_seek(descriptor number, long offset) {
    return (long)SetFilePointer((HANDLE)number, offset, NULL, FILE_BEGIN);
}

static inline long descriptor_offset(descriptor number) {
    return (long)SetFilePointer((HANDLE)number, 0, NULL, FILE_CURRENT);
}

static inline long descriptor_read(descriptor number, void *octets, size_t size) {
    DWORD count = 0;
    if (!ReadFile((HANDLE)number, octets, (DWORD)size, &count, NULL))
        return GetLastError() == ERROR_BROKEN_PIPE ? 0 : -1;
    return (long)count;
}

static inline long descriptor_write(descriptor number, const void *octets, size_t size) {
    DWORD count = 0;
    return WriteFile((HANDLE)number, octets, (DWORD)size, &count, NULL) ? (long)count : -1;
}

/* The end to read from and the end to write to. */
static inline void make_pipe(descriptor ends[2]) {
    HANDLE reads, writes;
    if (!CreatePipe(&reads, &writes, NULL, 0))
        exit(99);
    ends[0] = (descriptor)reads;
    ends[1] = (descriptor)writes;
}

/* A text with paths that the system writes in more ways than one: with slashes. */
static inline const char *with_slashes(const char *text) {
    static char changed[4096];
    snprintf(changed, sizeof changed, "%s", text);
    for (char *at = changed; (at = strchr(at, '\\')) != NULL;)
        *at = '/';
    return changed;
}

/* A new folder for what is temporary; 0 if it is there. */
/* 0 as well if it is there. */
static inline int make_folder(const char *path) {
    return CreateDirectoryA(path, NULL) || GetLastError() == ERROR_ALREADY_EXISTS ? 0 : -1;
}

static inline int make_temporary_folder(char *path, size_t size) {
    char parent[MAX_PATH + 1];
    if (GetTempPathA(sizeof parent, parent) == 0)
        return -1;
    for (char *at = parent; (at = strchr(at, '\\')) != NULL;)
        *at = '/';
    for (unsigned int i = 0; i < 1000; i++) {
        int length = snprintf(path, size, "%smm-test-%lx-%x", parent, GetCurrentProcessId(), i);
        if (length < 0 || (size_t)length >= size)
            return -1;
        if (CreateDirectoryA(path, NULL))
            return 0;
    }
    return -1;
}

static inline void remove_tree(const char *path) {
    char name[2 * MAX_PATH];
    WIN32_FIND_DATAA entry;
    snprintf(name, sizeof name, "%s/*", path);
    HANDLE folder = FindFirstFileA(name, &entry);
    for (BOOL found = folder != INVALID_HANDLE_VALUE; found; found = FindNextFileA(folder, &entry)) {
        snprintf(name, sizeof name, "%s/%s", path, entry.cFileName);
        if (!(entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
            DeleteFileA(name);
        else if (strcmp(entry.cFileName, ".") != 0 && strcmp(entry.cFileName, "..") != 0)
            remove_tree(name);
    }
    if (folder != INVALID_HANDLE_VALUE)
        FindClose(folder);
    RemoveDirectoryA(path);
}

/* In a folder and all below it. */
static inline int count_files(const char *path) {
    char name[2 * MAX_PATH];
    WIN32_FIND_DATAA entry;
    int count = 0;
    snprintf(name, sizeof name, "%s/*", path);
    HANDLE folder = FindFirstFileA(name, &entry);
    for (BOOL found = folder != INVALID_HANDLE_VALUE; found; found = FindNextFileA(folder, &entry)) {
        snprintf(name, sizeof name, "%s/%s", path, entry.cFileName);
        if (!(entry.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
            count++;
        else if (strcmp(entry.cFileName, ".") != 0 && strcmp(entry.cFileName, "..") != 0)
            count += count_files(name);
    }
    if (folder != INVALID_HANDLE_VALUE)
        FindClose(folder);
    return count;
}

/* Private keys that the system keeps for this user. */
static inline int count_kept_keys(void) {
    char folder[MAX_PATH + 32];
    snprintf(folder, sizeof folder, "%s/Microsoft/Crypto", getenv("APPDATA"));
    return count_files(folder);
}

/* Windows has no such limit. */
static inline int limit_files(size_t size) {
    (void)size;
    return 0;
}

/* ---- this process ---- */

/* A connection that is reset is told of while nobody reads from it. */
static inline int hears_of_resets(void) {
    return 0;
}

/* wine's cryptography has gaps, which are found by trying. */
static inline int by_wine(void) {
    return GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL;
}

struct handle_entry {
    void *object;
    ULONG_PTR process, value;
    ULONG access;
    USHORT creator, type;
    ULONG attributes, reserved;
};

struct handle_list {
    ULONG_PTR count, reserved;
    struct handle_entry entries[1]; /* as many as count says */
};

/* All handles of the system. Freed by the caller. */
static inline struct handle_list *list_handles(void) {
    enum { EXTENDED_HANDLE_INFORMATION = 64 };
    ULONG size = 1 << 16, needed;
    struct handle_list *list = (struct handle_list *)malloc(size);
    while (NtQuerySystemInformation((SYSTEM_INFORMATION_CLASS)EXTENDED_HANDLE_INFORMATION, list, size, &needed) != 0) {
        size *= 2;
        if (size > 1u << 28)
            exit(99);
        list = (struct handle_list *)realloc(list, size);
    }
    return list;
}

/* Open files and sockets: handles of this process whose type is that of a file that was opened for it. */
static inline int count_descriptors(void) {
    descriptor example = descriptor_open(NOTHING_FILE);
    struct handle_list *list = list_handles();
    int type = -1, count = 0;
    for (ULONG_PTR i = 0; i < list->count; i++)
        if (list->entries[i].process == GetCurrentProcessId() && list->entries[i].value == example)
            type = list->entries[i].type;
    for (ULONG_PTR i = 0; i < list->count; i++)
        count += list->entries[i].process == GetCurrentProcessId() && list->entries[i].type == type;
    free(list);
    descriptor_close(example);
    return count;
}

/* Handles of every kind. */
static inline int count_handles(void) {
    DWORD count = 0;
    return GetProcessHandleCount(GetCurrentProcess(), &count) ? (int)count : -1;
}

/* A write to a peer that has gone is an error here, never a signal. */
static inline void set_default_for_broken_pipes(void) {
}

static inline int has_default_for_broken_pipes(void) {
    return 1;
}

/* 1: so many sockets may be open at once. */
static inline int may_open_descriptors(unsigned int count) {
    (void)count;
    return 1;
}

static inline int count_threads(void) {
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 thread;
    int count = 0;
    thread.dwSize = sizeof thread;
    for (BOOL found = Thread32First(all, &thread); found; found = Thread32Next(all, &thread))
        count += thread.th32OwnerProcessID == GetCurrentProcessId();
    CloseHandle(all);
    return count;
}

static inline long resident_kib(void) {
    PROCESS_MEMORY_COUNTERS memory;
    memory.cb = sizeof memory;
    K32GetProcessMemoryInfo(GetCurrentProcess(), &memory, sizeof memory);
    return (long)(memory.WorkingSetSize / 1024);
}

/* Octets that are 0; NULL if there are none. */
static inline void *map_zeros(size_t size, int may_be_written) {
    return VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, may_be_written ? PAGE_READWRITE : PAGE_READONLY);
}

static inline void unmap_zeros(void *place, size_t size) {
    (void)size;
    VirtualFree(place, 0, MEM_RELEASE);
}

/* Windows has no limit of handles that a program could set. */
static inline int without_descriptors(void (*body)(void *), void *argument) {
    (void)body, (void)argument;
    return 0;
}

/* All variables, a line each. Freed by the caller. */
static inline char *all_of_environment(void) {
    char *block = GetEnvironmentStringsA(), *at = block, *text;
    while (*at)
        at += strlen(at) + 1;
    text = (char *)calloc((size_t)(at - block) + 1, 1);
    memcpy(text, block, (size_t)(at - block));
    for (char *end = text; end < text + (at - block); end++)
        if (*end == '\0')
            *end = '\n';
    FreeEnvironmentStringsA(block);
    return text;
}

/* ---- standard output ---- */

/* What is written to it goes into a file that goes by itself, until standard_output_back. */
struct captured_output {
    int own, file;
};

static inline void capture_standard_output(struct captured_output *captured) {
    char *path = _tempnam(NULL, "mm-out");
    fflush(stdout);
    captured->own = _dup(1);
    captured->file = _open(path, _O_CREAT | _O_EXCL | _O_RDWR | _O_TEMPORARY | _O_BINARY, 0600);
    _dup2(captured->file, 1); /* which sets the process's standard handle, too */
    free(path);
}

/* How many octets came. */
static inline long standard_output_back(struct captured_output *captured) {
    fflush(stdout);
    long length = _filelength(captured->file);
    _dup2(captured->own, 1);
    _close(captured->own);
    _close(captured->file);
    return length;
}

/* ---- a child ---- */

/* Windows knows a process by its file. */
static inline void be_known_as(const char *name) {
    (void)name;
}

/* A process with a pipe to its standard input, and one from its standard output. */
struct child {
    long id;
    HANDLE process;
    descriptor to, from;
};

static inline void start_process(struct child *child, char *command, HANDLE input, HANDLE output) {
    STARTUPINFOA start;
    PROCESS_INFORMATION made;
    char program[2 * MAX_PATH];
    GetModuleFileNameA(NULL, program, sizeof program);
    memset(&start, 0, sizeof start);
    start.cb = sizeof start;
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdInput = input;
    start.hStdOutput = output;
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!CreateProcessA(program, command, NULL, NULL, TRUE, 0, NULL, NULL, &start, &made))
        exit(99);
    CloseHandle(made.hThread);
    child->process = made.hProcess;
    child->id = (long)made.dwProcessId;
}

/* This program, whose argv[0] is given, with two arguments. */
static inline void child_start(struct child *child, const char *program, const char *first, const char *second) {
    descriptor to[2], from[2];
    char command[1000];
    make_pipe(to);
    make_pipe(from);
    SetHandleInformation((HANDLE)to[0], HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    SetHandleInformation((HANDLE)from[1], HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    snprintf(command, sizeof command, "\"%s\" \"%s\" \"%s\"", program, first, second);
    start_process(child, command, (HANDLE)to[0], (HANDLE)from[1]);
    descriptor_close(from[1]);
    descriptor_close(to[0]);
    child->to = to[1];
    child->from = from[0];
}

/* Ends its input, and waits; 0 if it ended well. */
static inline int child_wait(struct child *child) {
    DWORD status = 1;
    descriptor_close(child->to);
    descriptor_close(child->from);
    WaitForSingleObject(child->process, INFINITE);
    GetExitCodeProcess(child->process, &status);
    CloseHandle(child->process);
    return (int)status;
}

/* Standard input and output of a process that was started as a child is. */
static inline descriptor own_input(void) {
    return (descriptor)GetStdHandle(STD_INPUT_HANDLE);
}

static inline descriptor own_output(void) {
    return (descriptor)GetStdHandle(STD_OUTPUT_HANDLE);
}

#endif
