/* mm_queue_...: what is no handle and no argument; structures of other sizes (G4, G5). */
#include "queues.h"

static void refuses(mm_queue_cursor *cursor) {
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    mm_queue_recipient recipient = MM_QUEUE_RECIPIENT_INIT;
    size_t length;
    char octets[10];
    CHECK_INT(MM_E_HANDLE, mm_queue_next(cursor, &message));
    CHECK_INT(MM_E_HANDLE, mm_queue_next(cursor, NULL));
    CHECK_INT(MM_E_HANDLE, mm_queue_get_recipient(cursor, 0, &recipient));
    CHECK_INT(MM_E_HANDLE, mm_queue_read(cursor, octets, sizeof octets, &length));
    CHECK_INT(cursor ? MM_E_HANDLE : MM_OK, mm_queue_close(cursor));
}

static void what_is_no_handle(void) {
    mm_queue_counts counts = MM_QUEUE_COUNTS_INIT;
    mm_queue_cursor *cursor = open_cursor(NULL), *none = (mm_queue_cursor *)8;
    mm_queue_close(cursor);
    refuses(cursor);
    refuses(NULL);
    refuses((mm_queue_cursor *)8);
    refuses((mm_queue_cursor *)(void *)mm_engine_default());
    CHECK_INT(MM_E_HANDLE, mm_queue_open(NULL, NULL, &none));
    CHECK(none == NULL);
    CHECK_INT(MM_E_HANDLE, mm_queue_get_counts((mm_engine *)(void *)cursor, &counts));
    CHECK_INT(MM_E_HANDLE, mm_queue_retry(NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_queue_hold(NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_queue_release(NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_queue_remove(NULL, NULL));
    CHECK_INT(MM_E_HANDLE, mm_queue_redirect(NULL, "x", NULL, "eve@far.example", NULL, 0));
    CHECK_INT(MM_E_HANDLE, mm_queue_set_events(NULL, on_event, NULL));
}

static void arguments(void) {
    mm_engine *engine = mm_engine_default();
    mm_queue_counts counts = {.size = 8};
    mm_queue_message message = MM_QUEUE_MESSAGE_INIT;
    mm_queue_recipient recipient = {.size = 0};
    mm_queue_cursor *cursor = (mm_queue_cursor *)8;
    char id[MM_QUEUE_ID_SIZE], octets[10];
    size_t length;

    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_counts(engine, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_counts(engine, &counts));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_open(engine, NULL, NULL));
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_open(engine, "0000000000", &cursor));
    CHECK(cursor == NULL);
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_open(engine, "", &cursor));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_open(engine, "\xff", &cursor));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_retry(engine, "\xff"));
    CHECK_INT(MM_E_NOT_FOUND, mm_queue_remove(engine, "../../etc/passwd"));

    enqueue("later7@far.example", id);
    cursor = open_cursor(id);
    message.size--;
    CHECK_INT(MM_E_ARGUMENT, mm_queue_next(cursor, &message));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_next(cursor, NULL));
    message.size = sizeof message;
    CHECK_INT(1, next_message(cursor, &message));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_recipient(cursor, 0, &recipient));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_get_recipient(cursor, 0, NULL));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_read(cursor, NULL, 10, &length));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_read(cursor, octets, 0, &length));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_read(cursor, octets, 10, NULL));
    mm_queue_close(cursor);
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, NULL, NULL, "eve@far.example", NULL, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, id, NULL, NULL, NULL, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, id, NULL, "no address", NULL, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, id, "no address", "eve@far.example", NULL, 0));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, id, NULL, "eve@far.example", octets, sizeof octets));
    CHECK_INT(MM_E_ARGUMENT, mm_queue_redirect(engine, id, NULL, "eve@far.example", NULL, 32));
    CHECK_OK(mm_queue_remove(engine, id));
}

int main(void) {
    queue_start();
    what_is_no_handle();
    arguments();
    server_stop();
    remote_stop(&remote);
    return check_result();
}
