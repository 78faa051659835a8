/*
 * The DLL as a file of the system: dll PATH. Loading it starts nothing and holds nothing; its version is its own; its
 * first call may be many threads' at once, and keeps it in the process. dll PATH shortage, where address space is
 * short: a first call fails, and so does the next.
 */
#include "check.h"
#include <mailmodule.h>

enum { THREADS = 16 };

typedef const char *(MM_CALL *text_fn)(void);
typedef int(MM_CALL *new_fn)(mm_engine **engine);
typedef int(MM_CALL *free_fn)(mm_engine *engine);

static HANDLE all_may_begin;
static new_fn engine_new;
static free_fn engine_free;

static void find(HMODULE module, const char *name, void *function) {
    FARPROC found = GetProcAddress(module, name);
    CHECK(found != NULL);
    memcpy(function, &found, sizeof found);
}

/* Also after a function that needs no runtime. */
static void load_and_free(const char *path, int use) {
    int threads = count_threads();
    HMODULE module = LoadLibraryA(path);
    CHECK(module != NULL);
    CHECK_INT(threads, count_threads());
    if (module && use) {
        text_fn version;
        find(module, "mm_version", &version);
        CHECK_TEXT(MM_VERSION, version());
        CHECK_INT(threads, count_threads());
    }
    if (module)
        CHECK(FreeLibrary(module));
    CHECK(GetModuleHandleA("mailmodule.dll") == NULL);
    CHECK_INT(threads, count_threads());
}

static void loading_starts_nothing_and_holds_nothing(const char *path) {
    load_and_free(path, 0); /* what the system itself keeps of a first time */
    int handles = count_handles();
    for (int i = 0; i < 10; i++)
        load_and_free(path, i % 2);
    CHECK_INT(handles, count_handles());
}

static const char *version_text(const void *block, const char *name) {
    char place[80];
    void *text = NULL;
    UINT length = 0;
    snprintf(place, sizeof place, "\\StringFileInfo\\000004b0\\%s", name);
    return VerQueryValueA(block, place, &text, &length) && length > 0 ? text : "(none)";
}

static void version_is_that_of_the_header(const char *path) {
    static char block[8192];
    VS_FIXEDFILEINFO *fixed = NULL;
    UINT length;
    CHECK(GetFileVersionInfoA(path, 0, sizeof block, block));
    if (!VerQueryValueA(block, "\\", (void **)&fixed, &length)) {
        CHECK(!"a version resource");
        return;
    }
    CHECK_INT(MM_VERSION_MAJOR << 16 | MM_VERSION_MINOR, fixed->dwFileVersionMS);
    CHECK_INT(MM_VERSION_PATCH << 16, fixed->dwFileVersionLS);
    CHECK_TEXT("mailmodule.dll", version_text(block, "OriginalFilename"));
    CHECK_TEXT("MailModule", version_text(block, "CompanyName"));
    CHECK(strncmp(MM_VERSION, version_text(block, "ProductVersion"), strlen(MM_VERSION)) == 0);
}

static DWORD WINAPI make_engine(void *none) {
    mm_engine *engine = NULL;
    (void)none;
    WaitForSingleObject(all_may_begin, INFINITE);
    CHECK_INT(MM_OK, engine_new(&engine));
    CHECK_INT(MM_OK, engine_free(engine));
    return 0;
}

static void first_call_may_be_many(const char *path) {
    HANDLE threads[THREADS];
    HMODULE module = LoadLibraryA(path);
    CHECK(module != NULL);
    find(module, "mm_engine_new", &engine_new);
    find(module, "mm_engine_free", &engine_free);
    all_may_begin = CreateEventA(NULL, TRUE, FALSE, NULL);
    for (int i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, make_engine, NULL, 0, NULL);
    SetEvent(all_may_begin);
    CHECK_INT(WAIT_OBJECT_0, WaitForMultipleObjects(THREADS, threads, TRUE, 60000));
    CHECK(FreeLibrary(module));
    CHECK(GetModuleHandleA("mailmodule.dll") == module);
}

/* Header, "THE HOST'S PROCESS": 64 KiB are enough. wine gives no thread less than 1 MiB. */
static void a_small_stack_is_enough(void) {
    HANDLE thread = CreateThread(NULL, 64 * 1024, make_engine, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    CHECK(thread != NULL);
    CHECK_INT(WAIT_OBJECT_0, WaitForSingleObject(thread, 60000));
    CloseHandle(thread);
}

static void first_call_tells_of_a_shortage(const char *path) {
    text_fn message;
    mm_engine *engine = NULL;
    HMODULE module = LoadLibraryA(path);
    find(module, "mm_engine_new", &engine_new);
    find(module, "mm_last_error_message", &message);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(MM_E_MEMORY, engine_new(&engine));
        CHECK(strstr(message(), "address space") != NULL);
    }
    CHECK(FreeLibrary(module));
    CHECK(GetModuleHandleA("mailmodule.dll") == NULL);
}

int main(int count, char **arguments) {
    if (count == 3) {
        first_call_tells_of_a_shortage(arguments[1]);
        return check_result();
    }
    if (count != 2)
        return 2;
    loading_starts_nothing_and_holds_nothing(arguments[1]);
    version_is_that_of_the_header(arguments[1]);
    first_call_may_be_many(arguments[1]);
    a_small_stack_is_enough();
    return check_result();
}
