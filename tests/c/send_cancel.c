/* mm_send_wait and mm_send_cancel: at every point at which a message can wait, and at any moment. */
#include "sends.h"

static void *wait_without_limit(void *send) {
    CHECK_OK(mm_send_wait(send, -1));
    return NULL;
}

static void is_cancelled(mm_send *send) {
    CHECK_INT(MM_E_CANCELLED, outcome_of(send)); /* at once: the cancel has returned */
    CHECK_INT(MM_E_CANCELLED, result_of(send, 0).error);
    CHECK_INT(MM_SEND_STATE_FAILED, result_of(send, 0).state);
}

static void cancelled_at(enum remote_point point) {
    static char text[8 << 20]; /* more than the system's buffers take, for AT_TEXT */
    mm_send *send = new_to_remote("ann@example.net");
    pthread_t waiter;
    remote_set(&remote, point, AT_NOTHING);
    memset(text, 'x', sizeof text);
    for (size_t i = 900; i < sizeof text; i += 900)
        text[i] = '\n';
    CHECK_OK(mm_send_write(send, text, point == AT_TEXT ? sizeof text : 100));
    CHECK_OK(mm_send_start(send));
    remote_wait_silent(&remote);
    CHECK_INT(MM_E_TIMEOUT, mm_send_wait(send, 0));
    CHECK_INT(MM_E_TIMEOUT, mm_send_wait(send, 20));
    pthread_create(&waiter, NULL, wait_without_limit, send);
    CHECK_OK(mm_send_cancel(send));
    is_cancelled(send);
    CHECK_INT(point == AT_DOT, result_of(send, 0).maybe_taken);
    CHECK_OK(mm_send_cancel(send));
    pthread_join(waiter, NULL);
    remote_set(&remote, AT_NOTHING, AT_NOTHING);
    mm_send_free(send);
}

static void cancelled_before_the_start(void) {
    mm_send *send = new_to_remote("ann@example.net");
    CHECK_OK(mm_send_cancel(send));
    CHECK_OK(mm_send_start(send));
    CHECK_OK(mm_send_wait(send, -1));
    is_cancelled(send);
    mm_send_free(send);
}

/* Nobody writes into the pipe. */
static void cancelled_while_its_text_is_read(void) {
    mm_send *send = new_to_remote("ann@example.net");
    descriptor ends[2];
    make_pipe(ends);
    CHECK_OK(mm_send_set_descriptor(send, ends[0]));
    descriptor_close(ends[0]);
    CHECK_OK(mm_send_start(send));
    CHECK_INT(MM_E_TIMEOUT, mm_send_wait(send, 20));
    CHECK_OK(mm_send_cancel(send));
    is_cancelled(send);
    CHECK_OK(mm_send_wait(send, -1));
    mm_send_free(send);
    descriptor_close(ends[1]);
}

static void freed_while_it_waits(void) {
    mm_send *send = new_to_remote("ann@example.net");
    remote_set(&remote, AT_EHLO, AT_NOTHING);
    CHECK_OK(mm_send_start(send));
    remote_wait_silent(&remote);
    mm_send_free(send);
    CHECK_INT(MM_E_HANDLE, mm_send_wait(send, 0));
    remote_set(&remote, AT_NOTHING, AT_NOTHING);
}

/* Many at once, each cancelled by another thread at a moment of its own. */
static void *cancel_it(void *send) {
    CHECK_OK(mm_send_cancel(send));
    return NULL;
}

static void cancelled_at_any_moment(void) {
    for (int i = 0; i < 200; i++) {
        mm_send *send = new_to_remote("ann@example.net");
        pthread_t thread;
        CHECK_OK(mm_send_start(send));
        sleep_microseconds((unsigned int)(i % 20 * 50));
        pthread_create(&thread, NULL, cancel_it, send);
        CHECK_OK(mm_send_wait(send, -1));
        CHECK(outcome_of(send) == MM_OK || outcome_of(send) == MM_E_CANCELLED);
        pthread_join(thread, NULL);
        mm_send_free(send);
    }
}

static void cancelled_by_stop(void) {
    mm_send *written = new_to_remote("ann@example.net"), *waiting = new_to_remote("ann@example.net");
    CHECK_OK(mm_send_write(written, "x", 1));
    remote_set(&remote, AT_MAIL, AT_NOTHING);
    CHECK_OK(mm_send_start(waiting));
    remote_wait_silent(&remote);
    CHECK_OK(mm_engine_stop(mm_engine_default(), 0));
    CHECK_OK(mm_send_wait(waiting, 0));
    is_cancelled(waiting);
    CHECK_INT(MM_E_CANCELLED, mm_send_write(written, "x", 1));
    CHECK_OK(mm_send_start(written));
    CHECK_OK(mm_send_wait(written, -1));
    is_cancelled(written);
    mm_send_free(written);
    mm_send_free(waiting);
}

int main(void) {
    server_settings();
    remote_start(&remote);
    for (int point = AT_GREETING; point < REMOTE_POINTS; point++)
        cancelled_at((enum remote_point)point);
    cancelled_before_the_start();
    cancelled_while_its_text_is_read();
    freed_while_it_waits();
    cancelled_at_any_moment();
    cancelled_by_stop();
    remote_stop(&remote);
    return check_result();
}
