/* What the commands need of the system, for Windows and for the others. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a server that runs in the foreground is asked. */
enum request { REQUEST_END, REQUEST_RELOAD };

#ifdef _WIN32

#include <winsock2.h>
#include <windows.h>
#include <conio.h>
#include <direct.h>
#include <fcntl.h>
#include <io.h>
#include <process.h>
#include <shellapi.h>

/* Text of Windows in UTF-8, as the library has it; NULL: there is no memory for it. */
static inline char *text_of(const wchar_t *wide) {
    int size = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = malloc(size > 0 ? (size_t)size : 1);
    if (text && WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, size, NULL, NULL) == 0)
        *text = 0;
    return text;
}

/* The command line's words, which main has in the code page of the system, and expanded where they have a '*'. */
static inline char **words_of(int *count, char **words) {
    int given = 0, done = 0;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &given);
    char **texts = wide ? calloc((size_t)given + 1, sizeof *texts) : NULL;
    while (texts && done < given && (texts[done] = text_of(wide[done])) != NULL)
        done++;
    LocalFree(wide);
    if (!texts || done < given)
        return words;
    *count = given;
    return texts;
}

/* Windows gives no handle a number that is missing. */
static inline void fill_standard_files(void) {
}

/* NULL: it is not set. It stays. */
static inline const char *environment(const char *name) {
    wchar_t wide[64];
    MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, sizeof wide / sizeof *wide);
    const wchar_t *value = _wgetenv(wide);
    return value ? text_of(value) : NULL;
}

/* As fopen. */
static inline FILE *open_file(const char *path, const char *mode) {
    wchar_t wide[4096], wide_mode[8];
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, sizeof wide / sizeof *wide) == 0)
        return NULL;
    MultiByteToWideChar(CP_UTF8, 0, mode, -1, wide_mode, sizeof wide_mode / sizeof *wide_mode);
    return _wfopen(wide, wide_mode);
}

/* A new file of its owner's; what is there already is left alone. Here its rights come from its folder. */
static inline FILE *open_private(const char *path) {
    return open_file(path, "wbx");
}

static inline const char *file_problem(void) {
    return strerror(errno);
}

static inline void remove_file(const char *path) {
    wchar_t wide[4096];
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, sizeof wide / sizeof *wide) != 0)
        _wremove(wide);
}

static inline long process_number(void) {
    return _getpid();
}

static inline void pause_milliseconds(int count) {
    Sleep((DWORD)count);
}

static inline int is_terminal(void) {
    return _isatty(_fileno(stdin));
}

/* Octets as they are, on all three. */
static inline void use_octets(FILE *file) {
    _setmode(_fileno(file), _O_BINARY);
}

static inline int set_echo(int on) {
    HANDLE console = GetStdHandle(STD_INPUT_HANDLE);
    DWORD mode = 0;
    if (!GetConsoleMode(console, &mode))
        return 0;
    mode = on ? mode | ENABLE_ECHO_INPUT : mode & ~(DWORD)ENABLE_ECHO_INPUT;
    return SetConsoleMode(console, mode) != 0;
}

/* A new folder of this process alone; 0 if it is there. */
static inline int make_folder(char *path, size_t size) {
    char folder[MAX_PATH];
    if (GetTempPathA(sizeof folder, folder) == 0)
        return -1;
    snprintf(path, size, "%smailmodule-%d-%lu", folder, (int)_getpid(), (unsigned long)GetTickCount());
    return _mkdir(path);
}

static inline void remove_folder(const char *path) {
    _rmdir(path);
}

/* Here the rights of a file come from its folder. */
static inline int become_owner(const char *folder) {
    (void)folder;
    return 1;
}

static inline void become_ourselves(void) {
}

static HANDLE end_asked;

static BOOL WINAPI end_by_console(DWORD event) {
    (void)event;
    SetEvent(end_asked);
    Sleep(INFINITE); /* when this function returns from a closing, Windows ends the process: main is to do so */
    return TRUE;
}

static inline void requests_prepare(void) {
    end_asked = CreateEventA(NULL, TRUE, FALSE, NULL);
    SetConsoleCtrlHandler(end_by_console, TRUE);
}

static inline enum request request_wait(void) {
    WaitForSingleObject(end_asked, INFINITE);
    return REQUEST_END;
}

/* Windows ends no orphans of its own accord, and has no first process that must. */
static inline void be_first_process(void) {
}

#else

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static inline char **words_of(int *count, char **words) {
    (void)count;
    return words;
}

/* What was started with one of the three closed would write its log into the file that gets that number. */
static inline void fill_standard_files(void) {
    int file;
    do
        file = open("/dev/null", O_RDWR);
    while (file >= 0 && file <= STDERR_FILENO);
    if (file > STDERR_FILENO)
        close(file);
}

static inline const char *environment(const char *name) {
    return getenv(name);
}

static inline FILE *open_file(const char *path, const char *mode) {
    return fopen(path, mode);
}

static inline FILE *open_private(const char *path) {
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    FILE *opened = file < 0 ? NULL : fdopen(file, "wb");
    if (file >= 0 && !opened)
        close(file);
    return opened;
}

static inline const char *file_problem(void) {
    return strerror(errno);
}

static inline void remove_file(const char *path) {
    unlink(path);
}

static inline long process_number(void) {
    return getpid();
}

static inline void pause_milliseconds(int count) {
    poll(NULL, 0, count);
}

static inline int is_terminal(void) {
    return isatty(STDIN_FILENO);
}

static inline void use_octets(FILE *file) {
    (void)file;
}

static struct termios terminal_before;

/* Who ends the program at a prompt gets his terminal back as it was. */
static inline void end_at_prompt(int number) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
    signal(number, SIG_DFL);
    raise(number);
}

/* Off first; on again gives the terminal back. */
static inline int set_echo(int on) {
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    if (!on && tcgetattr(STDIN_FILENO, &terminal_before) != 0)
        return 0;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        signal(ends[i], on ? SIG_DFL : end_at_prompt);
    struct termios state = terminal_before;
    if (!on)
        state.c_lflag &= ~(tcflag_t)ECHO;
    return tcsetattr(STDIN_FILENO, TCSAFLUSH, &state) == 0;
}

static inline int make_folder(char *path, size_t size) {
    const char *folder = getenv("TMPDIR");
    snprintf(path, size, "%s/mailmodule-XXXXXX", folder && *folder ? folder : "/tmp");
    return mkdtemp(path) ? 0 : -1;
}

static inline void remove_folder(const char *path) {
    rmdir(path);
}

/* Root works as the user whose folder it is, until become_ourselves. 0: there is no such folder; below 0: it cannot. */
static inline int become_owner(const char *folder) {
    struct stat found;
    if (geteuid() != 0)
        return 1;
    if (stat(folder, &found) != 0)
        return 0;
    if (found.st_uid == 0)
        return 1;
    return setgroups(0, NULL) == 0 && setegid(found.st_gid) == 0 && seteuid(found.st_uid) == 0 ? 1 : -1;
}

static inline void become_ourselves(void) {
    if (seteuid(getuid()) != 0 || setegid(getgid()) != 0)
        _exit(77);
}

static inline sigset_t requests(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

/* Before any other thread begins, which inherits what is blocked. Output that nobody reads ends no server. */
static inline void requests_prepare(void) {
    sigset_t set = requests();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static inline enum request request_wait(void) {
    sigset_t set = requests();
    int number = SIGTERM;
    sigwait(&set, &number);
    return number == SIGHUP ? REQUEST_RELOAD : REQUEST_END;
}

/* The first process of a container gets all orphans, which somebody must wait for, and no signal that it does not ask
 * for. So it stays behind for both, and the server is its child, whose end it ends with. Called before the first call
 * of the library, after requests_prepare. */
static inline void be_first_process(void) {
    sigset_t set = requests();
    int number, state;
    sigaddset(&set, SIGCHLD);
    if (getpid() != 1)
        return;
    signal(SIGCHLD, SIG_DFL); /* whoever ignored it may have started us: then no end of a child would be told */
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    pid_t server = fork(), ended;
    if (server < 0)
        _exit(75);
    if (server == 0) {
        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        pthread_sigmask(SIG_UNBLOCK, &set, NULL);
        return;
    }
    for (;;) {
        while ((ended = waitpid(-1, &state, WNOHANG)) > 0)
            if (ended == server)
                _exit(WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state));
        sigwait(&set, &number);
        if (number != SIGCHLD)
            kill(server, number);
    }
}

#endif

#endif
