/*
 * mm_fetch_...: an engine fetches from the POP3 server of another one, by the setting fetch and when the host says so.
 */
#include "server.h"
#include <pthread.h>

static mm_engine *fetching;

static struct {
    pthread_mutex_t gate;
    pthread_cond_t moved;
    int count, fetched, listed;
    int64_t sequence;
} heard = {.gate = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static void MM_CALL on_look(const mm_fetch_result *result, void *user) {
    CHECK(user == &heard);
    CHECK_INT(sizeof *result, result->size);
    CHECK(result->account && result->text && result->ended >= result->began);
    CHECK_INT(MM_E_STATE, mm_engine_stop(fetching, 0));
    pthread_mutex_lock(&heard.gate);
    CHECK_INT(heard.sequence + 1, result->sequence);
    heard.sequence = result->sequence;
    heard.count++;
    heard.fetched += result->fetched;
    pthread_cond_broadcast(&heard.moved);
    pthread_mutex_unlock(&heard.gate);
}

static void wait_for_looks(int count) {
    pthread_mutex_lock(&heard.gate);
    while (heard.count < count)
        pthread_cond_wait(&heard.moved, &heard.gate);
    pthread_mutex_unlock(&heard.gate);
}

static void MM_CALL on_listed(const mm_fetch_result *result, void *user) {
    char account[100];
    sprintf(account, "bob@127.0.0.1:%d", pop_port);
    CHECK(user == &heard);
    CHECK_TEXT(account, result->account);
    CHECK_INT(0, result->sequence);
    heard.listed++;
}

static mm_fetch_account bob(void) {
    mm_fetch_account account = MM_FETCH_ACCOUNT_INIT;
    account.host = "127.0.0.1";
    account.port = pop_port;
    account.user = "bob";
    account.password = "hidden";
    account.name = "max";
    return account;
}

static mm_fetch *begin(const mm_fetch_account *account) {
    mm_fetch *fetch = NULL;
    CHECK_OK(mm_fetch_begin(fetching, account, &fetch));
    if (!fetch)
        exit(check_result());
    return fetch;
}

/* A look from its beginning to its end. */
static mm_fetch_result look(const mm_fetch_account *account) {
    mm_fetch_result result = MM_FETCH_RESULT_INIT;
    mm_fetch *fetch = begin(account);
    CHECK_OK(mm_fetch_wait(fetch, -1));
    CHECK_OK(mm_fetch_wait(fetch, 0));
    CHECK_OK(mm_fetch_get_result(fetch, &result));
    CHECK((result.error != MM_OK) == (*result.text != '\0'));
    CHECK_OK(mm_fetch_cancel(fetch));
    CHECK_OK(mm_fetch_free(fetch));
    result.account = result.text = NULL; /* they were the handle's */
    return result;
}

static int waits_there(void) {
    struct wire pop;
    int count = -1;
    if (pop_open(&pop, "bob", "hidden") == 1)
        count = pop_count(&pop);
    pop_close(&pop);
    return count;
}

static int has_now(void) {
    mm_mailbox *mailbox;
    int count = 0;
    if (mm_mailbox_open(fetching, "max", NULL, MM_MAILBOX_SHARED, &mailbox) == MM_OK) {
        CHECK_OK(mm_mailbox_get_count(mailbox, &count, NULL));
        CHECK_OK(mm_mailbox_close(mailbox));
    }
    return count;
}

/* Delivery follows the look. */
static int has(int wanted) {
    for (int tries = 0; tries < 6000 && has_now() < wanted; tries++)
        sleep_microseconds(10000);
    return has_now();
}

static void when_the_host_says_so(void) {
    mm_fetch_account account = bob();
    CHECK_INT(250, smtp_message("bob@example.org", "Subject: one\r\n\r\n..x\r\n"));
    CHECK_INT(250, smtp_message("bob@example.org", "Subject: two\r\n\r\nx\r\n"));
    struct wire pop;
    pop_wait(&pop, "bob", "hidden", 2);
    pop_close(&pop);
    account.flags = MM_FETCH_KEEP;
    account.most = 1;
    CHECK_INT(1, look(&account).fetched);
    account.most = 0;
    mm_fetch_result result = look(&account);
    CHECK_INT(2, result.found);
    CHECK_INT(1, result.fetched);
    CHECK_INT(1, result.known);
    CHECK(result.octets > 0 && result.ended >= result.began && result.began > 1400000000000);
    CHECK_INT(2, waits_there());
    account.flags = 0;
    result = look(&account);
    CHECK_INT(0, result.fetched);
    CHECK_INT(2, result.deleted);
    CHECK_INT(0, waits_there());
    CHECK_INT(2, has(2));
}

static void what_fails_is_told(void) {
    mm_fetch_account account = bob();
    account.password = "wrong";
    mm_fetch_result result = look(&account);
    CHECK_INT(MM_E_REFUSED_PERMANENT, result.error);
    CHECK_INT(MM_STAGE_AUTH, result.stage);
    account = bob();
    account.name = "nobody";
    CHECK_INT(MM_E_NOT_FOUND, look(&account).error);
    account = bob();
    account.tls = MM_TLS_REQUIRED;
    CHECK_INT(MM_E_TLS, look(&account).error);
    account = bob();
    account.port = check_free_port();
    CHECK_INT(MM_E_CONNECT, look(&account).error);
}

static void of_the_settings(void) {
    char value[100];
    CHECK_INT(250, smtp_message("bob@example.org", "Subject: three\r\n\r\nx\r\n"));
    CHECK_OK(mm_fetch_list(fetching, on_listed, &heard));
    CHECK_INT(0, heard.listed);
    CHECK_INT(MM_E_NOT_FOUND, mm_fetch_now(fetching, "bob@127.0.0.1"));
    CHECK_OK(mm_fetch_now(fetching, NULL));
    int before = heard.count;
    sprintf(value, "127.0.0.1:%d;bob;hidden;max;3600", pop_port);
    CHECK_OK(mm_engine_set(fetching, "fetch", value));
    wait_for_looks(before + 1);
    while (has_now() < 3) { /* the message may have come behind that look */
        before = heard.count;
        CHECK_OK(mm_fetch_now(fetching, "bob@127.0.0.1"));
        wait_for_looks(before + 1);
    }
    CHECK_OK(mm_fetch_list(fetching, on_listed, &heard));
    CHECK_INT(1, heard.listed);
}

static void a_cancel_ends_it(void) {
    mm_fetch_account account = bob();
    mm_fetch_result result = MM_FETCH_RESULT_INIT;
    socket_number listener = check_bind(SOCK_STREAM, &account.port); /* takes connections, and says nothing */
    CHECK_INT(0, listen(listener, 4));
    mm_fetch *fetch = begin(&account);
    CHECK_INT(MM_E_TIMEOUT, mm_fetch_wait(fetch, 50));
    CHECK_OK(mm_fetch_get_result(fetch, &result));
    CHECK_INT(0, result.ended);
    CHECK_OK(mm_fetch_cancel(fetch));
    CHECK_OK(mm_fetch_wait(fetch, -1));
    CHECK_OK(mm_fetch_get_result(fetch, &result));
    CHECK_INT(MM_E_CANCELLED, result.error);
    CHECK_OK(mm_fetch_free(fetch));
    CHECK_INT(MM_E_HANDLE, mm_fetch_free(fetch));
    CHECK_INT(MM_E_HANDLE, mm_fetch_wait(fetch, 0));
    /* and so does a stop */
    fetch = begin(&account);
    CHECK_OK(mm_engine_stop(fetching, 10000));
    CHECK_OK(mm_fetch_wait(fetch, 0));
    CHECK_OK(mm_fetch_get_result(fetch, &result));
    CHECK_INT(MM_E_CANCELLED, result.error);
    CHECK_OK(mm_fetch_free(fetch));
    socket_close(listener);
}

static void wrong_arguments(void) {
    mm_fetch_account account = bob();
    mm_fetch *fetch = (mm_fetch *)1;
    CHECK_INT(MM_E_ARGUMENT, mm_fetch_begin(fetching, &account, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_fetch_begin(fetching, NULL, &fetch));
    CHECK(fetch == NULL);
    const char **texts[] = {&account.host, &account.user, &account.password, &account.name};
    const char *wrong[] = {NULL, "", "a\r\nb"};
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 3; j++) {
            const char *right = *texts[i];
            *texts[i] = wrong[j];
            if (i < 3 || j < 2)
                CHECK_INT(MM_E_ARGUMENT, mm_fetch_begin(fetching, &account, &fetch));
            CHECK(strstr(mm_last_error_message(), "hidden") == NULL);
            *texts[i] = right;
        }
    CHECK_INT(MM_E_HANDLE, mm_fetch_begin(NULL, &account, &fetch));
    CHECK_INT(MM_E_HANDLE, mm_fetch_now(NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_fetch_set_events(NULL, on_look, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_fetch_list(fetching, NULL, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_fetch_get_result(fetch = begin(&account), NULL));
    CHECK_OK(mm_fetch_free(fetch));
    CHECK_OK(mm_fetch_free(NULL));
}

int main(void) {
    char root[128];
    server_settings();
    server_start(NULL, 0);
    CHECK_OK(mm_engine_new(&fetching));
    sprintf(root, "%s/fetching", check_folder);
    CHECK_OK(mm_engine_set(fetching, "mail_root", root));
    CHECK_OK(mm_engine_set(fetching, "smtp_name", "max.example"));
    CHECK_OK(mm_engine_set(fetching, "user", "max;own;;P"));
    CHECK_OK(mm_fetch_set_events(fetching, on_look, &heard));
    when_the_host_says_so();
    what_fails_is_told();
    of_the_settings();
    wrong_arguments();
    a_cancel_ends_it();
    CHECK_INT(3, heard.fetched);
    CHECK_OK(mm_engine_free(fetching));
    server_stop();
    return check_result();
}
