/* mm_send_...: what is no handle, no option and no argument; structures of other sizes (G4, G5). */
#include "sends.h"

static int give_nothing(void *buffer, size_t size, size_t *length, void *user) {
    (void)buffer, (void)size, (void)length, (void)user;
    return MM_OK;
}

static void refuses(mm_send *send) {
    mm_send_result result = MM_SEND_RESULT_INIT;
    int outcome;
    CHECK_INT(MM_E_HANDLE, mm_send_add_recipient(send, "a@example.net", 0, NULL));
    CHECK_INT(MM_E_HANDLE, mm_send_write(send, "x", 1));
    CHECK_INT(MM_E_HANDLE, mm_send_set_file(send, "/etc/hostname"));
    CHECK_INT(MM_E_HANDLE, mm_send_set_descriptor(send, 0));
    CHECK_INT(MM_E_HANDLE, mm_send_set_reader(send, give_nothing, NULL));
    CHECK_INT(MM_E_HANDLE, mm_send_start(send));
    CHECK_INT(MM_E_HANDLE, mm_send_wait(send, 0));
    CHECK_INT(MM_E_HANDLE, mm_send_get_outcome(send, &outcome));
    CHECK_INT(MM_E_HANDLE, mm_send_get_result(send, 0, &result));
    CHECK_INT(MM_E_HANDLE, mm_send_cancel(send));
    CHECK_INT(send ? MM_E_HANDLE : MM_OK, mm_send_free(send));
}

static void what_is_no_handle(void) {
    mm_send *gone = new_to_remote("ann@example.net"), *none = NULL;
    ServerStream stream = SRVInitSendMsgSMTP("a@example.net", "b@example.net", "127.0.0.1", 1, NULL, NULL);
    mm_send_free(gone);
    refuses(gone);
    refuses(NULL);
    refuses((mm_send *)8);
    refuses((mm_send *)(void *)&none);
    refuses((mm_send *)(void *)mm_engine_default());
    refuses((mm_send *)stream);
    gone = new_to_remote("ann@example.net");
    CHECK_INT(0, SRVSend((ServerStream *)(void *)gone, "x", 1));
    CHECK_INT(MM_E_HANDLE, mm_last_error());
    CHECK_INT(MM_E_HANDLE, mm_engine_stop((mm_engine *)(void *)gone, 0));
    mm_send_free(gone);
    SRVEndOfMsg(&stream);
}

static void no_options(const mm_send_options *options, int error) {
    mm_send *send = (mm_send *)8;
    CHECK_INT(error, mm_send_new(mm_engine_default(), options, "bert@example.net", &send));
    CHECK(send == NULL);
}

#define NO_OPTION(route_, member, value)                                                                               \
    do {                                                                                                               \
        mm_send_options options = to_remote();                                                                         \
        if (route_ != MM_SEND_ROUTE_SERVER)                                                                            \
            memset(&options, 0, sizeof options);                                                                       \
        options.size = sizeof options;                                                                                 \
        options.route = route_;                                                                                        \
        options.member = value;                                                                                        \
        no_options(&options, MM_E_ARGUMENT);                                                                           \
    } while (0)

static void options_that_do_not_fit(void) {
    NO_OPTION(MM_SEND_ROUTE_SERVER, route, 3);
    NO_OPTION(MM_SEND_ROUTE_SERVER, route, -1);
    NO_OPTION(MM_SEND_ROUTE_SERVER, host, NULL);
    NO_OPTION(MM_SEND_ROUTE_SERVER, host, "");
    NO_OPTION(MM_SEND_ROUTE_SERVER, host, "\xff");
    NO_OPTION(MM_SEND_ROUTE_SERVER, port, 65536);
    NO_OPTION(MM_SEND_ROUTE_SERVER, port, -1);
    NO_OPTION(MM_SEND_ROUTE_SERVER, tls, 5);
    NO_OPTION(MM_SEND_ROUTE_SERVER, tls_check, -1);
    NO_OPTION(MM_SEND_ROUTE_SERVER, return_content, 3);
    NO_OPTION(MM_SEND_ROUTE_SERVER, timeout_ms, -1);
    NO_OPTION(MM_SEND_ROUTE_SERVER, user_name, "without a password");
    NO_OPTION(MM_SEND_ROUTE_SERVER, password, "without a user");
    NO_OPTION(MM_SEND_ROUTE_SERVER, hello_name, "two words");
    NO_OPTION(MM_SEND_ROUTE_SERVER, envelope_id, "");
    NO_OPTION(MM_SEND_ROUTE_SERVER, envelope_id, "line\nline");
    NO_OPTION(MM_SEND_ROUTE_SERVER, size, 0);
    NO_OPTION(MM_SEND_ROUTE_SERVER, size, sizeof options - 1);
    NO_OPTION(MM_SEND_ROUTE_SERVER, size, (size_t)-1);
    NO_OPTION(MM_SEND_ROUTE_DIRECT, host, "127.0.0.1");
    NO_OPTION(MM_SEND_ROUTE_DIRECT, port, 25);
    NO_OPTION(MM_SEND_ROUTE_DIRECT, user_name, "x");
    NO_OPTION(MM_SEND_ROUTE_DIRECT, tls, MM_TLS_IMPLICIT);
    NO_OPTION(MM_SEND_ROUTE_QUEUE, host, "127.0.0.1");
    NO_OPTION(MM_SEND_ROUTE_QUEUE, tls, MM_TLS_REQUIRED);
    NO_OPTION(MM_SEND_ROUTE_QUEUE, tls_check, MM_TLS_CHECK_ALWAYS);
    NO_OPTION(MM_SEND_ROUTE_QUEUE, timeout_ms, 1000);
    NO_OPTION(MM_SEND_ROUTE_QUEUE, hello_name, "example.org");
}

/* G4: of a header that has more members, those that are 0 are no matter. */
static void options_of_a_later_header(void) {
    struct {
        mm_send_options options;
        void *later;
    } longer;
    mm_send *send;
    memset(&longer, 0, sizeof longer);
    longer.options = to_remote();
    longer.options.size = sizeof longer;
    CHECK_OK(mm_send_new(mm_engine_default(), &longer.options, "", &send));
    mm_send_free(send);
    longer.later = &longer;
    no_options(&longer.options, MM_E_NOT_SUPPORTED);
}

static void result_of_a_later_header(void) {
    struct {
        mm_send_result result;
        void *later;
    } longer;
    mm_send *send = new_to_remote("ann@example.net");
    memset(&longer, 0xEE, sizeof longer);
    longer.result.size = sizeof longer;
    CHECK_OK(mm_send_get_result(send, 0, &longer.result));
    CHECK_INT(sizeof longer, longer.result.size);
    CHECK_TEXT("ann@example.net", longer.result.address);
    CHECK_INT(0xEE, *(unsigned char *)&longer.later);
    longer.result.size = sizeof longer.result - 1;
    CHECK_INT(MM_E_ARGUMENT, mm_send_get_result(send, 0, &longer.result));
    CHECK_INT(MM_E_ARGUMENT, mm_send_get_result(send, 0, NULL));
    longer.result.size = sizeof longer;
    CHECK_INT(MM_E_ARGUMENT, mm_send_get_result(send, 1, &longer.result));
    CHECK_INT(MM_E_ARGUMENT, mm_send_get_result(send, -1, &longer.result));
    mm_send_free(send);
}

static void arguments(void) {
    mm_send *send = (mm_send *)8;
    mm_send_options options = to_remote();
    CHECK_INT(MM_E_ARGUMENT, mm_send_new(mm_engine_default(), &options, "bert@example.net", NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_send_new(mm_engine_default(), &options, NULL, &send));
    CHECK_INT(MM_E_ARGUMENT, mm_send_new(mm_engine_default(), &options, "no address", &send));
    CHECK_INT(MM_E_HANDLE, mm_send_new(NULL, &options, "bert@example.net", &send));
    CHECK(send == NULL);
    send = new_to_remote(NULL);
    CHECK_INT(MM_E_STATE, mm_send_wait(send, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_send_start(send)); /* nobody to send to */
    CHECK_INT(MM_E_ARGUMENT, mm_send_add_recipient(send, NULL, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_send_add_recipient(send, "", 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_send_add_recipient(send, "a@example.net\r\nRSET", 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_send_add_recipient(send, "a@example.net, b@example.net", 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_send_add_recipient(send, "a@example.net", 16, NULL));
    CHECK_INT(MM_E_ARGUMENT,
              mm_send_add_recipient(send, "a@example.net", MM_SEND_NOTIFY_NEVER | MM_SEND_NOTIFY_SUCCESS, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_send_add_recipient(send, "a@example.net", 0, "without type"));
    CHECK_INT(MM_E_ARGUMENT, mm_send_write(send, NULL, 1));
    CHECK_INT(MM_E_ARGUMENT, mm_send_write(send, "x", (size_t)1 << 31));
    CHECK_OK(mm_send_add_recipient(send, "ann@example.net", 0, NULL));
    CHECK_OK(mm_send_start(send));
    CHECK_INT(MM_E_STATE, mm_send_start(send));
    CHECK_INT(MM_E_STATE, mm_send_add_recipient(send, "a@example.net", 0, NULL));
    CHECK_INT(MM_E_STATE, mm_send_write(send, "x", 1));
    CHECK_INT(MM_E_STATE, mm_send_set_descriptor(send, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_send_get_outcome(send, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_send_wait(send, -2));
    CHECK_OK(mm_send_wait(send, -1));
    CHECK_OK(mm_send_wait(send, 0));
    mm_send_free(send);
}

int main(void) {
    server_settings();
    remote_start(&remote);
    what_is_no_handle();
    options_that_do_not_fit();
    options_of_a_later_header();
    result_of_a_later_header();
    arguments();
    server_stop();
    remote_stop(&remote);
    return check_result();
}
