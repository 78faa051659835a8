/* mm_log_fn: lines come with level and area, hold no password, and a callback that was replaced is not called any
 * more. */
#include "server.h"
#include <pthread.h>

static int lines[2];
static int passwords;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

/* What a log callback may not call gives its error, and leaves nothing behind that could be taken for a result. */
static void not_from_here(void) {
    mm_engine *engine = (mm_engine *)&lines;
    mm_send *send = (mm_send *)&lines;
    mm_queue_cursor *cursor = (mm_queue_cursor *)&lines;
    mm_smtp_server *server = (mm_smtp_server *)&lines;
    int64_t value = 1;
    CHECK_INT(0, GetConfigParamInt("smtp_port"));
    CHECK_INT(MM_E_STATE, mm_last_error());
    CHECK_INT(MM_E_STATE, mm_engine_new(&engine));
    CHECK_INT(MM_E_STATE, mm_send_new(mm_engine_default(), NULL, "", &send));
    CHECK_INT(MM_E_STATE, mm_queue_open(mm_engine_default(), NULL, &cursor));
    CHECK_INT(MM_E_STATE, mm_smtp_server_start(mm_engine_default(), NULL, NULL, NULL, &server));
    CHECK_INT(MM_E_STATE, mm_engine_get_int(mm_engine_default(), "smtp_port", &value));
    CHECK(!engine && !send && !cursor && !server && value == 0);
    CHECK(mm_engine_default() != NULL); /* for mm_engine_set_log */
}

static void on_line(int level, const char *area, const char *text, void *user) {
    pthread_mutex_lock(&gate);
    CHECK(level >= MM_LOG_ERROR && level <= MM_LOG_DEBUG);
    CHECK(area[0] != '\0');
    CHECK(!strchr(text, '\n'));
    if (strstr(text, "secret") || strstr(text, "hidden"))
        passwords++;
    ++*(int *)user;
    not_from_here();
    pthread_mutex_unlock(&gate);
}

/* A message through the library both ways, with a login that works and one that does not. */
static void speak(void) {
    struct wire wire;
    ServerStream s = SRVInitSendMsgSMTP("bert@example.net", "ann@example.org", "127.0.0.1", smtp_port, NULL, NULL);
    SRVprintf(&s, "Subject: log\n\nx\n");
    SRVEndOfMsg(&s);
    CHECK_OK(mm_last_error());
    CHECK_INT(1, pop_open(&wire, "ann", "secret"));
    pop_close(&wire);
    CHECK_INT(0, pop_open(&wire, "ann", "hidden"));
    pop_close(&wire);
}

int main(void) {
    int first, second;
    server_settings();
    CHECK_OK(mm_engine_set_log(mm_engine_default(), MM_LOG_DEBUG, on_line, &lines[0]));
    server_start(NULL, 0);
    speak();
    CHECK_OK(mm_engine_set_log(mm_engine_default(), MM_LOG_DEBUG, on_line, &lines[1]));
    first = lines[0];
    speak();
    CHECK_INT(first, lines[0]);
    CHECK(first > 0 && lines[1] > 0);
    CHECK_OK(mm_engine_set_log(mm_engine_default(), MM_LOG_DEBUG, NULL, NULL));
    second = lines[1];
    speak();
    server_stop();
    CHECK_INT(second, lines[1]);
    CHECK_INT(0, passwords);
    return check_result();
}
