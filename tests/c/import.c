/* mm_import_legacy: mailboxes and queue of the old module, each file once; dry run, callback, arguments. */
#include "server.h"

#define FIRST "bert@example.net (mx [192.0.2.7]) Sat, 14 Mar 2015 09:26:53 GMT"

static struct {
    int files, known, failed, refuses_at;
    char last_text[200], last_path[600];
} heard;

static int MM_CALL on_file(const mm_import_file *file, void *user) {
    CHECK(user == &heard);
    CHECK_INT(sizeof *file, file->size);
    CHECK(file->path && file->name && file->folder && file->text);
    heard.files++;
    heard.known += file->known;
    heard.failed += file->error != MM_OK;
    CHECK(!file->error == !*file->text);
    snprintf(heard.last_text, sizeof heard.last_text, "%s", file->text);
    snprintf(heard.last_path, sizeof heard.last_path, "%s", file->path);
    /* what would wait for the import's own end is refused */
    CHECK_INT(MM_E_LOCKED, mm_import_legacy(mm_engine_default(), NULL, NULL, NULL, NULL));
    return heard.files == heard.refuses_at ? MM_E_IO : MM_OK;
}

static void put(const char *folder, const char *name, const char *front, const char *end) {
    char path[700];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    CHECK(file);
    if (file) {
        fprintf(file, "%s" FIRST "%s\r\nSubject: %s\r\n\r\n..dot\r\n", front, end, name);
        fclose(file);
    }
}

static mm_import_result import_all(int expected, const mm_import_options *options) {
    mm_import_result result = MM_IMPORT_RESULT_INIT;
    memset(&heard, 0, sizeof heard - sizeof heard.last_text - sizeof heard.last_path);
    CHECK_INT(expected, mm_import_legacy(mm_engine_default(), options, on_file, &heard, &result));
    return result;
}

static void counts(mm_import_result result, int messages, int queued, int known, int failed) {
    CHECK_INT(messages, result.messages);
    CHECK_INT(queued, result.queued);
    CHECK_INT(known, result.known);
    CHECK_INT(failed, result.failed);
    CHECK_INT(messages + queued > 0, result.octets > 0);
    CHECK_INT(messages + queued + known + failed, heard.files);
    CHECK_INT(known, heard.known);
    CHECK_INT(failed, heard.failed);
}

static void arguments(void) {
    mm_engine *engine = mm_engine_default();
    mm_import_options options = MM_IMPORT_OPTIONS_INIT;
    mm_import_result result = MM_IMPORT_RESULT_INIT;
    CHECK_INT(MM_E_HANDLE, mm_import_legacy(NULL, NULL, NULL, NULL, NULL));
    result.size = 8;
    CHECK_INT(MM_E_ARGUMENT, mm_import_legacy(engine, NULL, NULL, NULL, &result));
    options.name = "nobody";
    CHECK_INT(MM_E_NOT_FOUND, mm_import_legacy(engine, &options, NULL, NULL, NULL));
    options.name = "\xff";
    CHECK_INT(MM_E_ARGUMENT, mm_import_legacy(engine, &options, NULL, NULL, NULL));
    options.name = NULL;
    options.queue = "";
    CHECK_INT(MM_E_ARGUMENT, mm_import_legacy(engine, &options, NULL, NULL, NULL));
    options.queue = "/nowhere/at/all";
    CHECK_INT(MM_E_NOT_FOUND, mm_import_legacy(engine, &options, NULL, NULL, NULL));
    options.queue = NULL;
    options.flags = 4;
    CHECK_INT(MM_E_ARGUMENT, mm_import_legacy(engine, &options, NULL, NULL, NULL));
}

int main(void) {
    char home[200], mbox[220], queue[200], user[260];
    mm_import_options options = MM_IMPORT_OPTIONS_INIT;
    server_settings();
    snprintf(home, sizeof home, "%s/ann", check_folder);
    snprintf(mbox, sizeof mbox, "%s/mbox", home);
    snprintf(queue, sizeof queue, "%s/old", check_folder);
    CHECK(make_folder(home) == 0 && make_folder(mbox) == 0 && make_folder(queue) == 0);
    snprintf(user, sizeof user, "legacy;secret;%s;PS", home);
    CHECK_OK(mm_engine_set(mm_engine_default(), "user", user));
    arguments();
    put(mbox, "00000001.msg", "Received: from ", "");
    put(mbox, "00000002.msg", "Received: from ", "");
    put(queue, "00000003.msg", "From ", " For legacy@example.org ");
    put(queue, "00000004.msg", "From ", " For nobody-at-all@example.org ");
    options.queue = queue;
    options.flags = MM_IMPORT_DRY_RUN;
    counts(import_all(MM_OK, &options), 2, 1, 0, 1);
    CHECK(strstr(heard.last_text, "nobody-at-all@example.org") && strstr(heard.last_path, "00000004.msg"));
    options.flags = 0;
    options.name = "legacy";
    options.queue = NULL;
    counts(import_all(MM_OK, &options), 2, 0, 0, 0);
    options.name = NULL;
    options.queue = queue;
    counts(import_all(MM_OK, &options), 0, 1, 2, 1);
    counts(import_all(MM_OK, &options), 0, 0, 3, 1);
    put(mbox, "00000005.msg", "Received: from ", "");
    memset(&heard, 0, sizeof heard);
    heard.refuses_at = 1;
    CHECK_INT(MM_E_CANCELLED, mm_import_legacy(mm_engine_default(), NULL, on_file, &heard, NULL));
    CHECK_INT(1, heard.files);
    CHECK_OK(mm_import_legacy(mm_engine_default(), NULL, NULL, NULL, NULL));
    counts(import_all(MM_OK, NULL), 0, 0, 3, 0);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 5000));
    return check_result();
}
