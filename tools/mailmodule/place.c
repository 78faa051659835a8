/* Which engine a command is about: by a configuration file, a mail_root, or the control socket itself. */
#include "command.h"
#include "system.h"

static const char default_config[] = "mailmodule.cfg";

static int load(mm_engine *engine, const char *config, int must_be_there) {
    int error = mm_engine_load(engine, config);
    if (error == MM_OK || (error == MM_E_NOT_FOUND && !must_be_there))
        return 0;
    int code = error == MM_E_NOT_FOUND || error == MM_E_IO ? EXIT_NO_INPUT : EXIT_CONFIG;
    return fail(code, "%s", mm_last_error_message());
}

int open_engine(const struct place *place, mm_engine **engine) {
    if (mm_engine_new(engine) != MM_OK)
        return fail_by_library("no engine");
    int code = load(*engine, place->config ? place->config : default_config, place->config != NULL);
    if (!code && place->mail_root && mm_engine_set(*engine, "mail_root", place->mail_root) != MM_OK)
        code = fail_by_library("--mail-root");
    if (code) {
        mm_engine_free(*engine);
        *engine = NULL;
    }
    return code;
}

int is_place_known(const struct place *place) {
    FILE *file;
    if (place->config || place->mail_root || place->control)
        return 1;
    file = open_file(default_config, "r");
    return file && fclose(file) == 0;
}

/* The settings say where mail_root is. A relative one counts from the folder of the file that it stands in, which may
 * be an included one; the default of smtp_out, the folder "spool" in it, is a full path. */
static int mail_root_of(const struct place *place, char *path, size_t size) {
    mm_engine *engine;
    int code = open_engine(place, &engine);
    if (code)
        return code;
    if (mm_engine_set(engine, "smtp_out", "") != MM_OK || mm_engine_get(engine, "smtp_out", path, size, NULL) != MM_OK)
        code = fail_by_library("mail_root");
    else
        path[strlen(path) - sizeof "spool"] = 0; /* with what stands before it */
    mm_engine_free(engine);
    return code;
}

int find_control(const struct place *place, char *path, size_t size) {
    const char *given = place->control ? place->control : place->config ? NULL : place->mail_root;
    if (!given)
        return mail_root_of(place, path, size);
    snprintf(path, size, "%s", given);
    return 0;
}

int become_owner_of_spool(mm_engine *engine, const char *mail_root) {
    char spool[2048] = "";
    mm_engine_get(engine, "smtp_out", spool, sizeof spool, NULL);
    int owned = become_owner(spool);
    if (owned == 0) /* there is none yet */
        owned = become_owner(mail_root);
    return owned < 0 ? fail(EXIT_NO_RIGHT, "%s: we cannot be its owner", mail_root) : 0;
}

int open_control(const struct place *place, mm_control **control) {
    char path[2048];
    int code = find_control(place, path, sizeof path);
    if (code)
        return code;
    int error = mm_control_open(path, control);
    if (error == MM_OK)
        return 0;
    code = error == MM_E_NOT_FOUND || error == MM_E_CONNECT ? EXIT_UNAVAILABLE
           : error == MM_E_IO                               ? EXIT_NO_RIGHT
           : error == MM_E_LIMIT                            ? EXIT_TEMPORARY /* too many clients */
                                                            : exit_code_of(error);
    return fail(code, "%s", mm_last_error_message());
}
